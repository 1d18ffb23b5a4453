// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Starts and ends the spans of tasks. A span starts when its body does, so one that waits or never
 * starts leaves no open span behind.
 *
 * <p>Safe for use by several threads.
 */
final class TaskSpans {

  private static final AttributeKey<Double> TIME_IN_QUEUE =
      AttributeKey.doubleKey("afterspan.task.time_in_queue");
  private static final AttributeKey<Double> TIMEOUT =
      AttributeKey.doubleKey("afterspan.task.timeout");

  private final Tracer tracer;
  private final boolean tellsTimeInQueue;

  TaskSpans(Tracer tracer, boolean tellsTimeInQueue) {
    this.tracer = tracer;
    this.tellsTimeInQueue = tellsTimeInQueue;
  }

  /**
   * Starts the span of a task, tells the task, and returns the context that its body runs in. That
   * context may give back another span than it was given: the Java agent's does, for the span of an
   * SDK that is not the agent's, and ending that one ends nothing.
   */
  Context open(WorkerTask task, long waitedNanos) {
    TaskProfile profile = task.profile;
    Context parent = DetachedContext.of(task.origin, task.baggage(), profile.traceMode);
    SpanBuilder builder =
        tracer.spanBuilder(profile.name).setParent(parent).setSpanKind(profile.spanKind);
    if (task.origin.isValid() && links(profile.traceMode)) {
      builder.addLink(task.origin);
    }
    if (!profile.attributes.isEmpty()) {
      builder.setAllAttributes(profile.attributes);
    }
    if (tellsTimeInQueue) {
      builder.setAttribute(TIME_IN_QUEUE, Durations.seconds(waitedNanos));
    }
    Span span = builder.startSpan();
    task.publish(span);
    return parent.with(span).with(Deadline.TASK, task);
  }

  /** Ends the span of a task with its outcome. */
  void end(Span span, TaskState outcome, @Nullable Throwable cause, TaskProfile profile) {
    try {
      describe(span, outcome, cause, profile);
    } finally { // also when the message of what was thrown can't be had
      span.end();
    }
  }

  private static void describe(
      Span span, TaskState outcome, @Nullable Throwable cause, TaskProfile profile) {
    if (outcome != TaskState.SUCCEEDED) {
      span.setAttribute(TaskMetrics.ERROR_TYPE, errorType(outcome, cause));
      if (outcome == TaskState.TIMED_OUT) {
        span.setAttribute(TIMEOUT, Durations.seconds(profile.timeoutNanos));
      }
      String message = cause == null ? null : cause.getMessage();
      if (message == null) {
        span.setStatus(StatusCode.ERROR);
      } else {
        span.setStatus(StatusCode.ERROR, message);
      }
      if (cause != null) {
        span.recordException(cause);
      }
    }
  }

  /** The class of what was thrown, or how the task ended when it was stopped from outside. */
  static String errorType(TaskState outcome, @Nullable Throwable cause) {
    return switch (outcome) {
      case TIMED_OUT -> "timeout";
      case CANCELLED -> "cancelled";
      case ABANDONED -> "abandoned";
      default -> cause == null ? "_OTHER" : nameOf(unwrap(cause));
    };
  }

  private static Throwable unwrap(Throwable thrown) {
    Throwable cause = thrown.getCause();
    boolean wraps = thrown instanceof ExecutionException || thrown instanceof CompletionException;
    return wraps && cause != null ? cause : thrown;
  }

  private static String nameOf(Throwable thrown) {
    String canonical = thrown.getClass().getCanonicalName();
    return canonical != null ? canonical : thrown.getClass().getName();
  }

  private static boolean links(TraceMode mode) {
    return mode == TraceMode.CHILD_WITH_LINK || mode == TraceMode.NEW_TRACE_WITH_LINK;
  }
}
