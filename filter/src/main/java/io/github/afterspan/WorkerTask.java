// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan;

import io.opentelemetry.api.baggage.Baggage;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.Lock;
import org.jspecify.annotations.Nullable;

/**
 * One hand-off, from acceptance to outcome: queue entry, handle and deadline in one object.
 *
 * <p>Its state moves by compare-and-set, and whoever moves it to an outcome reports that outcome:
 *
 * <pre>
 * AWAITING_RESPONSE -> QUEUED -> RUNNING -> SUCCEEDED | FAILED              by its own thread
 *         |              |         |  \--> TIMED_OUT | CANCELLED | ABANDONED from outside
 *         |              |         \--> STOPPING -> any outcome              drain asks it to stop
 *         \--------------\--> SKIPPED | TIMED_OUT | CANCELLED | ABANDONED    never started
 * </pre>
 *
 * <p>The interrupt. T1 (watchdog, cancel, drain) decides the outcome of a running task and then
 * interrupts its thread T2; if T2 could leave in between, the interrupt would hit its next task. So
 * T1 does both under the interrupt lock, and a T2 that finds its outcome decided takes that lock
 * before it leaves, and clears the interrupt then. A T2 that decides itself takes no lock: T1 can
 * no longer win.
 *
 * <p>How the outcome is told, once it is decided, is in {@link TaskOutcome}.
 *
 * <p>Safe for use by several threads, except where a field says otherwise.
 */
final class WorkerTask extends TaskOutcome {

  /** Running, and asked to stop by the drain; in place of a {@link TaskState}, not an outcome. */
  private static final Object STOPPING = "stopping";

  private static final VarHandle STATE;

  static {
    try {
      STATE = MethodHandles.lookup().findVarHandle(WorkerTask.class, "state", Object.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private @Nullable BackgroundTask body;

  /** Links of the {@link TaskQueue}; {@code next} also chains tasks that await one response. */
  @Nullable WorkerTask previous;

  @Nullable WorkerTask next;

  /** A {@link TaskState}, or {@link #STOPPING}. */
  private volatile Object state;

  /** Who runs this. Written before RUNNING; read under the interrupt lock only. */
  private @Nullable Worker worker;

  /** When it could first start; the deadline once it runs. */
  private long nanos;

  WorkerTask(
      TaskProfile profile,
      BackgroundTask body,
      SpanContext origin,
      Baggage baggage,
      boolean waits) {
    super(profile, origin, baggage);
    this.body = body;
    this.nanos = System.nanoTime();
    this.state = waits ? TaskState.AWAITING_RESPONSE : TaskState.QUEUED;
  }

  @Override
  public TaskState state() {
    return state instanceof TaskState known ? known : TaskState.RUNNING;
  }

  @Override
  public boolean cancel() {
    CancellationException cause =
        new CancellationException("task \"" + name() + "\" was cancelled");
    while (!state().isFinal()) {
      if (endUnstarted(TaskState.CANCELLED, cause)) {
        return true;
      }
      if (stop(TaskState.CANCELLED)) {
        reportStopped(TaskState.CANCELLED, cause);
        return true;
      }
    }
    return false;
  }

  @Override
  public String toString() {
    return "DispatchedTask{name=" + name() + ", state=" + state() + "}";
  }

  /** Valid once the task runs. */
  long deadlineNanos() {
    return nanos;
  }

  /** Lets a task start that awaited its response, now; false if it has been cancelled. */
  boolean mayStart(long now) {
    nanos = now;
    return STATE.compareAndSet(this, TaskState.AWAITING_RESPONSE, TaskState.QUEUED);
  }

  boolean isQueued() {
    return state == TaskState.QUEUED;
  }

  boolean isRunning() {
    return state() == TaskState.RUNNING;
  }

  /**
   * Whether its outcome was decided from outside while it ran, so that its thread owes a return.
   */
  boolean isStopped() {
    Object now = state;
    return now == TaskState.TIMED_OUT || now == TaskState.CANCELLED || now == TaskState.ABANDONED;
  }

  boolean queueTimeoutHasPassed(long now) {
    return now - nanos >= profile.queueTimeoutNanos;
  }

  /**
   * Runs the task on this thread, which is that of the worker who took it. Rethrows what must not
   * be kept.
   */
  void run(Worker worker) {
    long started = System.nanoTime();
    long waited = started - nanos;
    if (waited >= profile.queueTimeoutNanos && expire()) {
      worker.disarm();
      reportExpired();
      return;
    }
    this.worker = worker;
    nanos = started + profile.timeoutNanos;
    if (!STATE.compareAndSet(this, TaskState.QUEUED, TaskState.RUNNING)) {
      this.worker = null;
      worker.disarm();
      return; // cancelled, and reported by whoever did
    }
    Throwable failure = execute(worker, waited);
    leave(worker, failure);
    if (failure instanceof VirtualMachineError error) {
      throw error;
    }
  }

  private @Nullable Throwable execute(Worker worker, long waited) {
    BackgroundTask work = body;
    body = null;
    try {
      Context context = profile.workers.spans.open(this, waited);
      TaskReport.started(this, waited);
      nanos = System.nanoTime() + profile.timeoutNanos; // again: a span may take time to start
      worker.arm(nanos);
      if (state == STOPPING) { // and the interrupt may have been lost on telemetry
        return new CancellationException("the body had not begun");
      }
      if (work != null && isRunning()) {
        try (Scope ignored = context.makeCurrent()) {
          work.run();
        }
      }
      return null;
    } catch (Throwable failure) {
      return failure;
    }
  }

  /**
   * Decides the outcome unless somebody has; lets no late interrupt through; gives the place back.
   */
  private void leave(Worker worker, @Nullable Throwable failure) {
    TaskState outcome = failure == null ? TaskState.SUCCEEDED : TaskState.FAILED;
    Throwable cause = failure;
    boolean decided = STATE.compareAndSet(this, TaskState.RUNNING, outcome);
    if (decided) {
      worker.disarm();
    } else {
      Lock lock = profile.workers.interruptLock;
      lock.lock();
      try {
        if (state == STOPPING) {
          if (failure != null) {
            outcome = TaskState.CANCELLED;
            cause = gaveWay(failure);
          }
          state = outcome;
          decided = true;
        }
        worker.disarmStopped();
      } finally {
        lock.unlock();
      }
      Thread.interrupted(); // with the lock released: nobody sends us another one
    }
    this.worker = null;
    try {
      if (decided) {
        report(outcome, cause, ranNanos());
      }
    } finally {
      profile.workers.capacity.release();
    }
  }

  private CancellationException gaveWay(Throwable failure) {
    CancellationException cause =
        new CancellationException(
            "task \"" + name() + "\" was cancelled: the drain asked it to stop");
    cause.initCause(failure);
    return cause;
  }

  /** Ends a waiting task from outside; false if it does not wait (any more). */
  boolean endUnstarted(TaskState outcome, Throwable cause) {
    Object before = state;
    if ((before != TaskState.AWAITING_RESPONSE && before != TaskState.QUEUED)
        || !STATE.compareAndSet(this, before, outcome)) {
      return false;
    }
    if (before == TaskState.QUEUED) {
      profile.workers.pool.remove(this);
    }
    reportUnstarted(outcome, cause);
    return true;
  }

  /** Decides that the queue timeout has passed; to be followed by {@link #reportExpired()}. */
  boolean expire() {
    return STATE.compareAndSet(this, TaskState.QUEUED, TaskState.TIMED_OUT);
  }

  void reportExpired() {
    String message =
        "task \""
            + name()
            + "\" found no worker within its queue timeout of "
            + java.time.Duration.ofNanos(profile.queueTimeoutNanos);
    reportUnstarted(TaskState.TIMED_OUT, new TimeoutException(message));
  }

  private void reportUnstarted(TaskState outcome, Throwable cause) {
    body = null;
    try {
      report(outcome, cause, -1);
    } finally {
      profile.workers.capacity.release();
    }
  }

  /** Decides the outcome of a running task from outside, and interrupts its thread. */
  boolean stop(TaskState outcome) {
    Lock lock = profile.workers.interruptLock;
    lock.lock();
    try {
      if (!STATE.compareAndSet(this, TaskState.RUNNING, outcome)
          && !STATE.compareAndSet(this, STOPPING, outcome)) {
        return false;
      }
      profile.workers.capacity.reportBegins();
      interrupt();
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Asks a running task to stop, and leaves its outcome open. */
  boolean requestStop() {
    Lock lock = profile.workers.interruptLock;
    lock.lock();
    try {
      if (!STATE.compareAndSet(this, TaskState.RUNNING, STOPPING)) {
        return false;
      }
      interrupt();
      return true;
    } finally {
      lock.unlock();
    }
  }

  private void interrupt() {
    Worker running = worker;
    if (running != null) {
      running.interrupt();
    }
  }

  /** Called by the watchdog when this task's deadline has passed. */
  void timeOut() {
    if (stop(TaskState.TIMED_OUT)) {
      profile.workers.reports.tell(this::reportTimedOut);
    }
  }

  private void reportTimedOut() {
    String message = "task \"" + name() + "\" exceeded its timeout of " + profile.timeout;
    reportStopped(TaskState.TIMED_OUT, new TimeoutException(message));
  }

  void reportStopped(TaskState outcome, Throwable cause) {
    try {
      report(outcome, cause, ranNanos());
    } finally {
      profile.workers.capacity.reportEnds();
    }
  }

  private long ranNanos() {
    return System.nanoTime() - (nanos - profile.timeoutNanos);
  }
}
