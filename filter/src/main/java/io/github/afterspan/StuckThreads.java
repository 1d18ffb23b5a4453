// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Lock;

/**
 * Counts the threads that ignore their interrupt, each from the moment the watchdog finds out until
 * it is back, and logs once where it is.
 *
 * <p>Safe for use by several threads.
 */
final class StuckThreads {

  private final TaskLog log;
  private final AtomicInteger count = new AtomicInteger();

  StuckThreads(TaskLog log) {
    this.log = log;
  }

  int count() {
    return count.get();
  }

  /** Called by the watchdog when a task was stopped a while ago and may still be there. */
  void check(Worker worker, WorkerTask stopped) {
    Lock interruptLock = stopped.profile.workers.interruptLock;
    Thread thread;
    interruptLock.lock();
    try {
      if (!worker.markStuck(stopped)) {
        return;
      }
      count.incrementAndGet();
      thread = worker.thread();
    } finally {
      interruptLock.unlock();
    }
    if (thread != null) {
      log.stillRunning(stopped, "ignores its interrupt", thread);
    }
  }

  /** Called by a thread that was counted. */
  void isBack() {
    count.decrementAndGet();
  }
}
