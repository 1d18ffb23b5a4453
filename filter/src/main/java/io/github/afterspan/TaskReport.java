// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan;

import io.opentelemetry.api.trace.Span;
import org.jspecify.annotations.Nullable;

/** Tells telemetry and the log how a task ended. */
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
      WorkerTask task,
      @Nullable Span span,
      TaskState outcome,
      @Nullable Throwable cause,
      long ranNanos) {
    TaskProfile profile = task.profile;
    BackgroundWorkers workers = profile.workers;
    profile.counts.add(outcome);
    try {
      if (span != null) {
        workers.spans.end(span, outcome, cause, profile);
      }
      if (ranNanos >= 0) {
        record(workers.metrics, profile, outcome, cause, ranNanos);
      }
    } catch (RuntimeException e) {
      workers.log.telemetryFailed(task, e);
    }
    workers.log.ended(task, outcome, cause, ranNanos);
  }

  private static void record(
      TaskMetrics metrics,
      TaskProfile profile,
      TaskState outcome,
      @Nullable Throwable cause,
      long ranNanos) {
    if (outcome == TaskState.SUCCEEDED) {
      metrics.ran(profile, ranNanos);
    } else {
      metrics.failed(profile, ranNanos, TaskSpans.errorType(outcome, cause));
    }
  }
}
