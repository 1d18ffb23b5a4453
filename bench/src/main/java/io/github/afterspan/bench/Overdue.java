// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.bench;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** Ends the JVMs that were started since, each time that the limit has passed, until closed. */
final class Overdue implements AutoCloseable {

  private final Set<Long> before =
      ProcessHandle.current().children().map(ProcessHandle::pid).collect(Collectors.toSet());
  private final CountDownLatch closed = new CountDownLatch(1);
  private final Duration limit;

  private Overdue(Duration limit) {
    this.limit = limit;
  }

  /** Begins to watch. */
  static Overdue after(Duration limit) {
    Overdue overdue = new Overdue(limit);
    Thread thread = new Thread(overdue::watch, "overdue");
    thread.setDaemon(true);
    thread.start();
    return overdue;
  }

  private void watch() {
    try {
      while (!closed.await(limit.toMillis(), TimeUnit.MILLISECONDS)) {
        ProcessHandle.current()
            .children()
            .filter(child -> !before.contains(child.pid()))
            .forEach(ProcessHandle::destroyForcibly);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    closed.countDown();
  }
}
