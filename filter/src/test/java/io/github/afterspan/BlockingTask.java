// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;

/** A body that tells when it runs, and stays until it is released or interrupted. */
final class BlockingTask implements BackgroundTask {

  private static final int BOUND_SECONDS = 60;

  private final CountDownLatch started = new CountDownLatch(1);
  private final CountDownLatch interrupted = new CountDownLatch(1);
  private final CountDownLatch released = new CountDownLatch(1);
  private final boolean stubborn;

  private BlockingTask(boolean stubborn) {
    this.stubborn = stubborn;
  }

  /** Gives way to an interrupt, with an {@link InterruptedException}. */
  static BlockingTask interruptible() {
    return new BlockingTask(false);
  }

  /** Notes an interrupt, and stays all the same. */
  static BlockingTask stubborn() {
    return new BlockingTask(true);
  }

  @Override
  public void run() throws InterruptedException {
    started.countDown();
    while (true) {
      try {
        assertThat(released.await(BOUND_SECONDS, SECONDS)).as("released").isTrue();
        return;
      } catch (InterruptedException e) {
        interrupted.countDown();
        if (!stubborn) {
          throw e;
        }
      }
    }
  }

  void release() {
    released.countDown();
  }

  BlockingTask awaitStarted() throws InterruptedException {
    assertThat(started.await(BOUND_SECONDS, SECONDS)).as("started").isTrue();
    return this;
  }

  BlockingTask awaitInterrupted() throws InterruptedException {
    assertThat(interrupted.await(BOUND_SECONDS, SECONDS)).as("interrupted").isTrue();
    return this;
  }

  boolean wasStarted() {
    return started.getCount() == 0;
  }

  boolean wasInterrupted() {
    return interrupted.getCount() == 0;
  }
}
