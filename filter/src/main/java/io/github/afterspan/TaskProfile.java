// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanKind;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Options of a task with the defaults of its workers filled in, worked out once. Immutable. */
final class TaskProfile {

  final BackgroundWorkers workers;
  final String name;
  final TaskCounts counts;
  final Duration timeout;
  final long timeoutNanos;

  /** {@link Long#MAX_VALUE} for none. */
  final long queueTimeoutNanos;

  final TraceMode traceMode;
  final StartMode startMode;
  final SpanKind spanKind;
  final Attributes attributes;

  TaskProfile(BackgroundWorkers workers, TaskOptions options, TaskCounts counts) {
    WorkerOptions defaults = workers.options;
    this.workers = workers;
    this.name = options.name;
    this.counts = counts;
    this.timeout = or(options.timeout, defaults.timeout());
    this.timeoutNanos = Durations.nanos(timeout);
    Duration queueTimeout =
        options.queueTimeout != null ? options.queueTimeout : defaults.queueTimeout();
    this.queueTimeoutNanos = queueTimeout == null ? Long.MAX_VALUE : Durations.nanos(queueTimeout);
    this.traceMode = or(options.traceMode, defaults.traceMode());
    this.startMode = or(options.startMode, defaults.startMode());
    this.spanKind = or(options.spanKind, defaultKind(traceMode));
    this.attributes = options.attributes;
  }

  boolean hasQueueTimeout() {
    return queueTimeoutNanos != Long.MAX_VALUE;
  }

  private static SpanKind defaultKind(TraceMode mode) {
    return mode == TraceMode.NEW_TRACE_WITH_LINK ? SpanKind.CONSUMER : SpanKind.INTERNAL;
  }

  private static <T> T or(@Nullable T value, T fallback) {
    return value != null ? value : fallback;
  }
}
