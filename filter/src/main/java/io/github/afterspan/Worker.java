// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * One of the at most {@code concurrency} places where a task runs: the slot in which the watchdog
 * finds the deadline of that task, and the thread that is in it. Arming and disarming a deadline
 * are two plain stores and an ordered one, whatever number of tasks is pending.
 *
 * <p>{@link #take}, {@link #arm} and {@link #disarm} are confined to the worker's thread; what
 * others do to a running task they do under the interrupt lock.
 */
final class Worker {

  /** How long a thread may take to come back from its interrupt before it counts as stuck. */
  static final long STUCK_AFTER_NANOS = 1_000_000_000L;

  private static final long UNARMED = 0;
  private static final VarHandle DEADLINE;
  private static final VarHandle TASK;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      DEADLINE = lookup.findVarHandle(Worker.class, "deadline", long.class);
      TASK = lookup.findVarHandle(Worker.class, "task", WorkerTask.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final StuckThreads stuckThreads;

  /** The thread that is in this place now; written by itself before it runs anything. */
  private volatile @Nullable Thread thread;

  private volatile long deadline = UNARMED;
  private volatile @Nullable WorkerTask task;

  /** Guarded by the interrupt lock. */
  private boolean stuck;

  /**
   * Confined to the worker's thread: whether a foreign thread was interrupted by somebody else,
   * before it came or in a body. No task starts with that, and the thread leaves with it.
   */
  private boolean keptInterrupt;

  Worker(StuckThreads stuckThreads) {
    this.stuckThreads = stuckThreads;
  }

  void enter() {
    thread = Thread.currentThread();
  }

  void keepInterrupt() {
    keptInterrupt = true;
  }

  @Nullable Thread thread() {
    return thread;
  }

  @SuppressWarnings("Interruption") // puts back what is the foreign thread's
  void leave(boolean ownThread) {
    if (!ownThread) {
      thread = null; // a thread of our own is kept, so that a drain can wait for its end
      if (keptInterrupt) {
        keptInterrupt = false;
        Thread.currentThread().interrupt();
      }
    }
  }

  /** The next one to run here; under the lock of the pool. */
  void take(WorkerTask next) {
    TASK.setRelease(this, next);
  }

  /** Sets the deadline of the task that was taken. */
  void arm(long deadlineNanos) {
    DEADLINE.setRelease(this, deadlineNanos == UNARMED ? 1 : deadlineNanos);
  }

  /** The task that was taken is over. */
  void disarm() {
    DEADLINE.setRelease(this, UNARMED);
    TASK.setRelease(this, null);
  }

  /** As {@link #disarm()}, for a task that was stopped from outside; under the interrupt lock. */
  void disarmStopped() {
    disarm();
    if (stuck) {
      stuck = false;
      stuckThreads.isBack();
    }
  }

  /** Interrupts the thread that runs here, and has the watchdog look after it; under the lock. */
  void interrupt() {
    Thread running = thread;
    if (running != null) {
      running.interrupt();
    }
    DEADLINE.setRelease(this, System.nanoTime() + STUCK_AFTER_NANOS);
  }

  /**
   * Called by the watchdog, over and over.
   *
   * @return how long it takes until the deadline passes: zero if it has passed, and {@link
   *     Long#MAX_VALUE} if there is none
   */
  long check(long now) {
    long due = deadline;
    if (due == UNARMED) {
      return Long.MAX_VALUE;
    }
    if (due - now > 0) {
      return due - now;
    }
    WorkerTask running = task;
    if (running == null) {
      return 0;
    }
    if (running.isStopped()) { // not one that ended by itself and is about to disarm
      stuckThreads.check(this, running);
    } else if (running.isRunning() && running.deadlineNanos() - now <= 0) {
      running.timeOut();
    }
    return 0;
  }

  /**
   * Whether a thread that was interrupted has had its time to come back; under the lock. Who found
   * a deadline passed may have found that of the task before.
   */
  boolean isOverdue() {
    long due = deadline;
    return due != UNARMED && due - System.nanoTime() <= 0;
  }

  /** True, once, if the thread is still in the given task, which was stopped; under the lock. */
  boolean markStuck(WorkerTask stopped) {
    if (task != stopped || stuck) {
      return false;
    }
    stuck = true;
    DEADLINE.setRelease(this, UNARMED);
    return true;
  }

  /** The task that runs here, or is about to; null if none does. */
  @Nullable WorkerTask task() {
    return task;
  }
}
