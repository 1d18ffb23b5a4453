// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.bench;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.baggage.Baggage;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * What a careful programmer writes who wants the same: a detached context, a span that always ends,
 * a timeout, two histograms with their attributes made once, a bounded queue.
 */
final class HandWritten implements Peer {

  private static final AttributeKey<Double> TIME_IN_QUEUE =
      AttributeKey.doubleKey("task.time_in_queue");
  private static final AttributeKey<String> TASK_NAME = AttributeKey.stringKey("task.name");
  private static final double NANOS_PER_SECOND = 1e9;
  private static final int TIMEOUT_SECONDS = 30;

  private final ExecutorService executor;
  private final Tracer tracer;
  private final DoubleHistogram duration;
  private final DoubleHistogram timeInQueue;
  private final Attributes attributes = Attributes.of(TASK_NAME, "task");
  private final boolean startsSpanAtDispatch;

  private HandWritten(
      OpenTelemetry openTelemetry, ExecutorService executor, boolean spanAtDispatch) {
    this.executor = executor;
    tracer = openTelemetry.getTracer("hand-written");
    Meter meter = openTelemetry.getMeter("hand-written");
    duration = meter.histogramBuilder("task.duration").setUnit("s").build();
    timeInQueue = meter.histogramBuilder("task.time_in_queue").setUnit("s").build();
    startsSpanAtDispatch = spanAtDispatch;
  }

  static HandWritten spanAtDispatch(OpenTelemetry openTelemetry, int queueCapacity) {
    return spanAtDispatch(openTelemetry, queueCapacity, 1);
  }

  static HandWritten spanAtDispatch(OpenTelemetry openTelemetry, int queueCapacity, int threads) {
    return new HandWritten(openTelemetry, ExecutorPeers.pool(queueCapacity, threads), true);
  }

  static HandWritten spanInWorker(OpenTelemetry openTelemetry, int queueCapacity) {
    return new HandWritten(openTelemetry, ExecutorPeers.pool(queueCapacity), false);
  }

  @Override
  public void dispatch(Body body) {
    Context current = Context.current();
    Context detached =
        Context.root()
            .with(Span.wrap(Span.fromContext(current).getSpanContext()))
            .with(Baggage.fromContext(current));
    long queued = System.nanoTime();
    CompletableFuture<Void> unused =
        startsSpanAtDispatch
            ? dispatch(body, detached, start(detached), queued)
            : CompletableFuture.runAsync(
                    () -> {
                      Span span = start(detached);
                      try {
                        run(body, detached, span, queued);
                      } catch (RuntimeException e) {
                        fail(span, e);
                        throw e;
                      } finally {
                        span.end();
                      }
                    },
                    executor)
                .orTimeout(TIMEOUT_SECONDS, TimeUnit.SECONDS);
  }

  private CompletableFuture<Void> dispatch(
      Runnable body, Context detached, Span span, long queued) {
    try {
      return CompletableFuture.runAsync(() -> run(body, detached, span, queued), executor)
          .orTimeout(TIMEOUT_SECONDS, TimeUnit.SECONDS)
          .whenComplete((nothing, failure) -> end(span, failure));
    } catch (RuntimeException e) { // rejected
      end(span, e);
      throw e;
    }
  }

  private Span start(Context parent) {
    return tracer.spanBuilder("task").setParent(parent).startSpan();
  }

  private void run(Runnable body, Context detached, Span span, long queued) {
    long started = System.nanoTime();
    double waited = (started - queued) / NANOS_PER_SECOND;
    span.setAttribute(TIME_IN_QUEUE, waited);
    timeInQueue.record(waited, attributes);
    try (Scope ignored = detached.with(span).makeCurrent()) {
      body.run();
    } finally {
      duration.record((System.nanoTime() - started) / NANOS_PER_SECOND, attributes);
    }
  }

  private static void end(Span span, @Nullable Throwable failure) {
    if (failure != null) {
      fail(span, failure);
    }
    span.end();
  }

  private static void fail(Span span, Throwable failure) {
    span.setStatus(StatusCode.ERROR);
    span.setAttribute("error.type", errorType(failure));
    span.recordException(failure);
  }

  private static String errorType(Throwable failure) {
    return failure instanceof TimeoutException ? "timeout" : failure.getClass().getName();
  }

  @Override
  public void close() {
    executor.shutdownNow();
  }
}
