// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Lock;

/**
 * Counts the threads that ignore their interrupt, each from the moment the watchdog or the drain
 * finds out until it is back; where it is gets logged once.
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
      if (!worker.isOverdue() || !worker.markStuck(stopped)) {
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

  /** Called by the drain, which has waited and logs the thread itself, for a task it abandons. */
  void add(Worker worker, WorkerTask abandoned) {
    Lock interruptLock = abandoned.profile.workers.interruptLock;
    interruptLock.lock();
    try {
      if (worker.markStuck(abandoned)) {
        count.incrementAndGet();
      }
    } finally {
      interruptLock.unlock();
    }
  }

  /** Called by a thread that was counted. */
  void isBack() {
    count.decrementAndGet();
  }
}
