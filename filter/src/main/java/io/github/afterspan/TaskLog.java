// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan;

import io.opentelemetry.api.trace.SpanContext;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The log lines of one set of workers. Each line about a task has its name and its trace id; what a
 * task worked on is never logged.
 *
 * <p>Safe for use by several threads.
 */
final class TaskLog {

  /** The least time between two lines about rejected tasks, and between two about lost workers. */
  static final Duration REJECTION_INTERVAL = Duration.ofSeconds(10);

  private static final Logger LOGGER = System.getLogger("io.github.afterspan");

  private final String workers;
  private final AtomicLong unloggedRejections = new AtomicLong();
  private final AtomicLong nextRejectionLine = new AtomicLong(System.nanoTime());
  private final AtomicLong nextLostWorkerLine = new AtomicLong(System.nanoTime());
  private volatile String lastRejection = "";

  TaskLog(String workers) {
    this.workers = workers;
  }

  void ended(TaskOutcome task, TaskState outcome, @Nullable Throwable cause, long ranNanos) {
    switch (outcome) {
      case SUCCEEDED -> line(Level.TRACE, task, "succeeded", null);
      case FAILED -> line(Level.WARNING, task, "failed", cause);
      case CANCELLED -> cancelled(task, cause);
      case SKIPPED -> line(Level.INFO, task, "was skipped: " + reason(cause), null);
      case TIMED_OUT -> line(Level.WARNING, task, "timed out: " + reason(cause), null);
      case ABANDONED -> {
        if (ranNanos < 0) { // one that runs is logged with its stack, by stillRunning
          line(Level.WARNING, task, "was abandoned: it had not started when the drain ended", null);
        }
      }
      default -> throw new AssertionError("not an outcome: " + outcome);
    }
  }

  /** Who cancels a task knows that; that the drain cut one short, only this line tells. */
  private void cancelled(TaskOutcome task, @Nullable Throwable cause) {
    boolean byDrain = cause != null && cause.getCause() != null;
    line(byDrain ? Level.WARNING : Level.DEBUG, task, "was cancelled: " + reason(cause), null);
  }

  /** Logs where a thread is that ought to be back. */
  void stillRunning(TaskOutcome task, String what, Thread thread) {
    if (!LOGGER.isLoggable(Level.WARNING)) {
      return;
    }
    StringBuilder text = new StringBuilder(what).append("; thread ").append(thread.getName());
    text.append(" is at");
    for (StackTraceElement frame : thread.getStackTrace()) {
      text.append("\n\tat ").append(frame);
    }
    line(Level.WARNING, task, text.toString(), null);
  }

  void telemetryFailed(TaskOutcome task, Throwable failure) {
    line(Level.WARNING, task, "goes on, or has ended as it did, but telemetry threw", failure);
  }

  /** One line now, or one with the count once the interval is over. */
  void rejected(String message) {
    lastRejection = message;
    unloggedRejections.incrementAndGet();
    logRejections(System.nanoTime());
  }

  /** Logs the rejections that no line has told of yet, if it is time to. */
  void logRejections(long now) {
    long due = nextRejectionLine.get();
    if (unloggedRejections.get() > 0
        && now - due >= 0
        && nextRejectionLine.compareAndSet(due, now + REJECTION_INTERVAL.toNanos())) {
      logRejectionsNow();
    }
  }

  boolean hasUnloggedRejections() {
    return unloggedRejections.get() > 0;
  }

  void logRejectionsNow() {
    long count = unloggedRejections.getAndSet(0);
    if (count > 0) {
      LOGGER.log(Level.WARNING, count == 1 ? lastRejection : many(count));
    }
  }

  /** One line per interval: a full executor refuses one more worker at every dispatch. */
  void workerLost(Throwable cause) {
    long now = System.nanoTime();
    long due = nextLostWorkerLine.get();
    if (now - due >= 0
        && nextLostWorkerLine.compareAndSet(due, now + REJECTION_INTERVAL.toNanos())) {
      warn("a worker could not be started, or died; the others go on", cause);
    }
  }

  void warn(String message, @Nullable Throwable cause) {
    LOGGER.log(Level.WARNING, "workers \"" + workers + "\": " + message, cause);
  }

  void info(String message) {
    LOGGER.log(Level.INFO, "workers \"" + workers + "\": " + message);
  }

  private String many(long count) {
    return "workers \"" + workers + "\" rejected " + count + " tasks; the last: " + lastRejection;
  }

  private static String reason(@Nullable Throwable cause) {
    return cause == null ? "no reason given" : String.valueOf(cause.getMessage());
  }

  private void line(Level level, TaskOutcome task, String what, @Nullable Throwable cause) {
    if (LOGGER.isLoggable(level)) {
      SpanContext trace = task.trace();
      String id = trace.isValid() ? "trace " + trace.getTraceId() : "no trace";
      LOGGER.log(
          level,
          "workers \"" + workers + "\": task \"" + task.name() + "\" (" + id + ") " + what,
          cause);
    }
  }
}
