// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.durable;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The threads that run jobs, with what db-scheduler has fetched in front of them.
 *
 * <p>When it only fetches, and claims later, it fetches a batch at each poll and each wake-up,
 * whether or not the one before has run, and passes over candidates of an older batch when their
 * turn comes. While all threads are busy those would pile up here, with their payloads. So no more
 * than one batch waits, and a new one pushes the old one out; nothing is lost, for the rows are
 * still due.
 *
 * <p>A wake-up while all threads are busy would fetch in vain, and is put off until one is free. T1
 * notes the wake-up and then finds all threads busy, T2 becomes free and then looks for a note: one
 * of them sees what the other has written.
 *
 * <p>Safe for use by several threads.
 */
final class JobThreads extends ThreadPoolExecutor {

  private final Runnable wakeUp;
  private final AtomicInteger busy = new AtomicInteger();
  private final AtomicBoolean wanted = new AtomicBoolean();

  /**
   * Makes threads.
   *
   * @param batch the most that is fetched at once
   * @param wakeUp has db-scheduler look for due jobs
   */
  JobThreads(int threads, int batch, ThreadFactory factory, Runnable wakeUp) {
    super(
        threads,
        threads,
        0,
        TimeUnit.SECONDS,
        new ArrayBlockingQueue<>(batch),
        factory,
        new DiscardOldestPolicy());
    this.wakeUp = wakeUp;
  }

  /** Looks for due jobs as soon as there is a thread for one. */
  void wakeUp() {
    wanted.set(true);
    if (busy.get() < getMaximumPoolSize()) {
      wakeIfWanted();
    }
  }

  private void wakeIfWanted() {
    if (wanted.getAndSet(false)) {
      wakeUp.run();
    }
  }

  @Override
  protected void beforeExecute(Thread thread, Runnable body) {
    busy.incrementAndGet();
  }

  @Override
  protected void afterExecute(Runnable body, Throwable thrown) {
    busy.decrementAndGet();
    wakeIfWanted();
  }
}
