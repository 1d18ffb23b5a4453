// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan;

import io.opentelemetry.api.trace.Span;
import org.jspecify.annotations.Nullable;

/** Tells telemetry and the log how a task fares. */
final class TaskReport {

  private TaskReport() {}

  /**
   * Ends the span, records the metrics, counts and logs. Telemetry that throws costs its own record
   * and a log line, and nothing else.
   *
   * @param span the open span, or null if the task has none (any more)
   * @param cause what the outcome came from; null if the task succeeded
   * @param ranNanos how long the body ran, negative if it never started
   */
  static void of(
      TaskOutcome task,
      @Nullable Span span,
      TaskState outcome,
      @Nullable Throwable cause,
      long ranNanos) {
    TaskProfile profile = task.profile;
    BackgroundWorkers workers = profile.workers;
    profile.counts.add(outcome);
    if (span != null) {
      end(task, span, outcome, cause);
    }
    if (ranNanos >= 0) {
      record(task, outcome, cause, ranNanos);
    }
    counted(task);
    workers.log.ended(task, outcome, cause, ranNanos);
  }

  /** Records how long a task waited that starts now. */
  static void started(TaskOutcome task, long waitedNanos) {
    try {
      task.profile.workers.metrics.waited(task.profile, waitedNanos);
    } catch (RuntimeException | Error e) {
      failed(task, e);
    }
  }

  /** Ends a span. */
  static void end(TaskOutcome task, Span span, TaskState outcome, @Nullable Throwable cause) {
    try {
      task.profile.workers.spans.end(span, outcome, cause, task.profile);
    } catch (RuntimeException | Error e) {
      failed(task, e);
    }
  }

  private static void record(
      TaskOutcome task, TaskState outcome, @Nullable Throwable cause, long ranNanos) {
    TaskMetrics metrics = task.profile.workers.metrics;
    try {
      if (outcome == TaskState.SUCCEEDED) {
        metrics.ran(task.profile, ranNanos);
      } else {
        metrics.failed(task.profile, ranNanos, TaskSpans.errorType(outcome, cause));
      }
    } catch (RuntimeException | Error e) {
      failed(task, e);
    }
  }

  private static void counted(TaskOutcome task) {
    try {
      task.profile.workers.metrics.counted();
    } catch (RuntimeException | Error e) {
      failed(task, e);
    }
  }

  private static void failed(TaskOutcome task, Throwable thrown) {
    if (thrown instanceof VirtualMachineError error) {
      throw error;
    }
    task.profile.workers.log.telemetryFailed(task, thrown);
  }
}
