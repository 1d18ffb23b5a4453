// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.bench;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Tasks that do nothing but count themselves, and one thread that waits until all have run. */
final class Batch {

  /** So many tasks in most benchmarks. */
  static final int SIZE = 512;

  private final AtomicInteger left = new AtomicInteger();
  private volatile @Nullable Thread waiting;

  /** The body of every task. */
  void run() {
    if (left.decrementAndGet() == 0) {
      LockSupport.unpark(waiting);
    }
  }

  /** Begins a batch of so many tasks, to be awaited by this thread. */
  void begin(int tasks) {
    waiting = Thread.currentThread();
    left.set(tasks);
  }

  /** Waits until so many have run. */
  void await() {
    while (left.get() > 0) {
      LockSupport.park(this);
    }
  }

  /** Keeps a peer's only thread busy until the latch is down; returns once it is. */
  static CountDownLatch block(Peer peer) {
    CountDownLatch entered = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    peer.dispatch(
        () -> {
          entered.countDown();
          await(release);
        });
    await(entered);
    return release;
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }
}
