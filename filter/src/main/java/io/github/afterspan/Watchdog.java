// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan;

import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * One thread for all deadlines of one set of workers: every {@link #PERIOD_NANOS} it looks at the
 * workers' slots if one may have passed, so that no task needs a timer. It sleeps while there is
 * nothing to watch.
 *
 * <p>What it finds it decides and interrupts, and leaves the telling to another thread: a span
 * processor or a dependent action that blocks must not hold up the other deadlines.
 */
final class Watchdog implements Runnable {

  /** A deadline is noticed at most this much late, and the time that the thread takes to wake. */
  static final long PERIOD_NANOS = 20_000_000L;

  /** The same for queue timeouts that pass while every worker is busy. */
  private static final int PERIODS_PER_QUEUE_SCAN = 10;

  private static final int QUIET_PERIODS_BEFORE_DOZING = 50;

  private final BackgroundWorkers workers;
  private final WatchSchedule schedule = new WatchSchedule();
  private volatile boolean stopped;
  private volatile @Nullable Thread thread;

  Watchdog(BackgroundWorkers workers) {
    this.workers = workers;
  }

  void start(@Nullable ClassLoader loader) {
    thread = WorkerThreads.start(this, "afterspan-" + workers.options.name() + "-watchdog", loader);
  }

  /** Has it look again, after {@link WorkerPool#doze()}. */
  void rouse() {
    LockSupport.unpark(thread);
  }

  void stop() {
    stopped = true;
    rouse();
  }

  @Nullable Thread thread() {
    return thread;
  }

  @Override
  public void run() {
    int quiet = 0;
    for (int period = 0; !stopped; period++) {
      LockSupport.parkNanos(this, PERIOD_NANOS);
      quiet = look(period) ? 0 : quiet + 1;
      if (quiet >= QUIET_PERIODS_BEFORE_DOZING && workers.pool.doze()) {
        while (workers.pool.isDozing() && !stopped) {
          LockSupport.park(this);
        }
        quiet = 0;
      }
    }
  }

  /** Looks once; true if there was something to watch. */
  private boolean look(int period) {
    try {
      long now = System.nanoTime();
      if (schedule.isDue(now, workers.profiles.shortestTimeoutNanos())) {
        schedule.looked(now, lookAtWorkers(now));
      }
      if (period % PERIODS_PER_QUEUE_SCAN == 0 && workers.profiles.anyQueueTimeout()) {
        expireWaiting(now);
      }
      workers.log.logRejections(now);
    } catch (RuntimeException
        | Error e) { // it must outlive anything, or no timeout ever fires again
      workers.log.warn("the watchdog failed once, and goes on", e);
    }
    return workers.capacity.accepted() > 0 || workers.log.hasUnloggedRejections();
  }

  /** Returns how long it takes until the first of their deadlines passes. */
  private long lookAtWorkers(long now) {
    long untilFirst = Long.MAX_VALUE;
    for (Worker worker : workers.pool.workers()) {
      if (worker == null) {
        break;
      }
      untilFirst = Math.min(untilFirst, worker.check(now));
    }
    return untilFirst;
  }

  private void expireWaiting(long now) {
    WorkerTask expired =
        workers.pool.removeIf(task -> task.queueTimeoutHasPassed(now) && task.expire());
    while (expired != null) {
      WorkerTask following = expired.next;
      expired.next = null;
      workers.reports.tell(expired::reportExpired);
      expired = following;
    }
  }
}
