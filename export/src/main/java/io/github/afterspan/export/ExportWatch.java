// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.export;

import static java.util.Objects.requireNonNull;

import io.opentelemetry.api.metrics.MeterProvider;
import io.opentelemetry.sdk.trace.SpanProcessor;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What the wrapped exporters and processors of one SDK share, and which exporters belong to which
 * processor. Exporters are wrapped first.
 *
 * <p>Confined to the thread that builds the SDK, but for what it hands out.
 */
final class ExportWatch {

  private static final int THREADS = 2;

  private final SpanCounts counts;
  private final Duration drainTimeout;
  private final ScheduledThreadPoolExecutor threads;
  private final Retries retries;
  private final List<WatchedExporter> all = new ArrayList<>();
  private final List<WatchedExporter> unclaimed = new ArrayList<>();

  ExportWatch(Supplier<@Nullable MeterProvider> meters, Duration drainTimeout) {
    this(meters, drainTimeout, Retries.PATIENCE);
  }

  ExportWatch(
      Supplier<@Nullable MeterProvider> meters, Duration drainTimeout, Duration retryPatience) {
    requireNonNull(meters, "meters");
    requireNonNull(drainTimeout, "drainTimeout");
    if (drainTimeout.isNegative()) {
      throw new IllegalArgumentException("drainTimeout must not be negative, was " + drainTimeout);
    }
    this.drainTimeout = drainTimeout;
    counts = new SpanCounts(meters);
    threads = newThreads();
    retries = new Retries(threads, counts, retryPatience);
  }

  SpanExporter exporter(SpanExporter exporter) {
    WatchedExporter watched = new WatchedExporter(exporter, new Ledger(counts), retries::schedule);
    all.add(watched);
    unclaimed.add(watched);
    retries.watch(List.copyOf(all));
    return watched;
  }

  BackgroundSpanProcessor processor(SpanProcessor processor) {
    return new BackgroundSpanProcessor(processor, claim(processor), this);
  }

  /**
   * Finds the exporters behind a processor: the one it tells of, or all that no other processor
   * has. A span must not be owed by an exporter that will not get it.
   */
  private List<WatchedExporter> claim(SpanProcessor processor) {
    SpanExporter told = null;
    if (processor instanceof SimpleSpanProcessor simple) {
      told = simple.getSpanExporter();
    } else if (processor instanceof BatchSpanProcessor batch) {
      told = batch.getSpanExporter();
    }
    List<WatchedExporter> claimed =
        told instanceof WatchedExporter watched && unclaimed.contains(watched)
            ? List.of(watched)
            : List.copyOf(unclaimed);
    unclaimed.removeAll(claimed);
    return claimed;
  }

  SpanCounts counts() {
    return counts;
  }

  Duration drainTimeout() {
    return drainTimeout;
  }

  /** Daemons that are made when there is something to do and end when there is not. */
  ScheduledThreadPoolExecutor threads() {
    return threads;
  }

  private static ScheduledThreadPoolExecutor newThreads() {
    ScheduledThreadPoolExecutor executor =
        new ScheduledThreadPoolExecutor(
            THREADS,
            body -> {
              Thread thread = new Thread(body, "afterspan-export");
              thread.setDaemon(true);
              thread.setContextClassLoader(ExportWatch.class.getClassLoader());
              return thread;
            });
    executor.setKeepAliveTime(1, TimeUnit.SECONDS);
    executor.allowCoreThreadTimeOut(true);
    return executor;
  }
}
