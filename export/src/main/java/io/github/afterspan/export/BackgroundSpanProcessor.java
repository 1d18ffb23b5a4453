// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.export;

import static java.util.Objects.requireNonNull;

import io.opentelemetry.api.metrics.MeterProvider;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.ReadWriteSpan;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.SpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A span processor around the SDK's own that sees that the spans of background tasks are exported,
 * or says which are not.
 *
 * <pre>{@code
 * SdkTracerProvider.builder()
 *     .addSpanProcessor(BackgroundSpanProcessor.create(exporter, BatchSpanProcessor::create))
 *     .build();
 * }</pre>
 *
 * <p>Add it before other processors. An autoconfigured SDK and the Java agent make it by themselves
 * when this library is on the class path or among the agent's extensions.
 *
 * <p>Every span goes to the wrapped processor and its exporter as it would without this one. Only
 * spans of the scope {@code io.github.afterspan} are watched, from their end until the exporter has
 * said that they are exported:
 *
 * <ul>
 *   <li><b>flush</b>: completes when every background span that ended before is exported; see
 *       {@link #flush(Duration)};
 *   <li><b>shutdown</b>: does not return before running drains are over, for at most 20 seconds
 *       unless told otherwise; so tasks that start during a drain have spans. Completes once the
 *       last spans are exported, after nine seconds at most;
 *   <li><b>refused</b>: what the exporter fails to export is tried again for a minute, then counted
 *       as failed and logged with its trace ids. A backend may get a span twice that it took
 *       without saying so;
 *   <li><b>full</b>: at most 8192 spans for each exporter are watched at once. What ends beyond
 *       that is counted as unwatched, and has what the SDK alone gives it.
 * </ul>
 *
 * <p>Safe for use by several threads. Shut down by the SDK that it was added to.
 */
public final class BackgroundSpanProcessor implements SpanProcessor {

  private final SpanProcessor delegate;
  private final List<WatchedExporter> exporters;
  private final AtomicInteger openSpans = new AtomicInteger();
  private final Barrier barrier;
  private final Flushes flushes;
  private final Shutdown shutdown;
  private final SpanCounts counts;

  BackgroundSpanProcessor(
      SpanProcessor delegate, List<WatchedExporter> exporters, ExportWatch watch) {
    this.delegate = delegate;
    this.exporters = exporters;
    counts = watch.counts();
    barrier = new Barrier(delegate, exporters, counts);
    flushes = new Flushes(barrier, watch.threads());
    DrainWait drains = new DrainWait(watch.drainTimeout(), openSpans::get);
    shutdown = new Shutdown(delegate, barrier, drains, exporters, counts);
  }

  /**
   * Wraps an exporter, and the processor that is made for it.
   *
   * @param exporter where spans go
   * @param processor makes a batch or a simple processor for the exporter it is given
   * @return the processor to add to the SDK
   * @throws NullPointerException if an argument is null
   */
  public static BackgroundSpanProcessor create(
      SpanExporter exporter, Function<SpanExporter, SpanProcessor> processor) {
    return create(exporter, processor, DrainWait.DEFAULT_TIMEOUT, () -> null);
  }

  /**
   * Wraps an exporter, and the processor that is made for it.
   *
   * @param exporter where spans go
   * @param processor makes a batch or a simple processor for the exporter it is given
   * @param drainTimeout how long the SDK's shutdown waits for background work at most; longer than
   *     the longest drain takes, which is its drain timeout and eight seconds
   * @param meters where the counter {@code afterspan.spans} is made, asked when a span has been
   *     exported; null while there is none
   * @return the processor to add to the SDK
   * @throws NullPointerException if an argument is null
   * @throws IllegalArgumentException if the timeout is negative
   */
  public static BackgroundSpanProcessor create(
      SpanExporter exporter,
      Function<SpanExporter, SpanProcessor> processor,
      Duration drainTimeout,
      Supplier<@Nullable MeterProvider> meters) {
    requireNonNull(exporter, "exporter");
    requireNonNull(processor, "processor");
    ExportWatch watch = new ExportWatch(meters, drainTimeout);
    SpanExporter watched = watch.exporter(exporter);
    return watch.processor(processor.apply(watched));
  }

  /**
   * Waits until all background spans that ended before this call are exported. Flushes the wrapped
   * processor until they are, and tries again what the exporter refused.
   *
   * @param within how long to wait at most
   * @return the spans that are not exported, by trace id and span id as in {@code traceparent};
   *     empty if all are
   * @throws NullPointerException if the argument is null
   */
  public List<String> flush(Duration within) {
    return barrier.pass(within).stream()
        .map(entry -> entry.traceId() + "-" + entry.spanId())
        .toList();
  }

  @Override
  public void onStart(Context parent, ReadWriteSpan span) {
    if (isBackground(span)) {
      openSpans.incrementAndGet();
    }
    if (delegate.isStartRequired()) {
      delegate.onStart(parent, span);
    }
  }

  @Override
  public boolean isStartRequired() {
    return true;
  }

  @Override
  public void onEnd(ReadableSpan span) {
    if (!isBackground(span)) {
      delegate.onEnd(span);
      return;
    }
    if (span.getSpanContext().isSampled()) {
      if (shutdown.isOver()) {
        counts.lost(1);
        ExportLog.warn("lost: ended after the SDK was shut down", List.of(new PendingSpan(span)));
      } else {
        exporters.forEach(exporter -> exporter.ledger.ended(span));
      }
    }
    delegate.onEnd(span);
    openSpans.decrementAndGet(); // at last: whoever waits for zero finds the span in the ledger
  }

  private static boolean isBackground(ReadableSpan span) {
    return Ledger.SCOPE.equals(span.getInstrumentationScopeInfo().getName());
  }

  @Override
  public boolean isEndRequired() {
    return true;
  }

  /**
   * Flushes the wrapped processor, and completes when every background span that ended before is
   * exported; with failure if one is not within half a minute.
   */
  @Override
  public CompletableResultCode forceFlush() {
    return barrier.isPassed() ? delegate.forceFlush() : flushes.request();
  }

  @Override
  public CompletableResultCode shutdown() {
    return shutdown.begin();
  }

  @Override
  public String toString() {
    return "BackgroundSpanProcessor{" + delegate + ", " + counts + "}";
  }
}
