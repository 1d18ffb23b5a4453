// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * What a test of the engine needs: an SDK that keeps in memory what it gets, the log, and workers
 * and blocked bodies that do not outlive the test. One for each test method.
 */
final class Engine implements AfterEachCallback {

  private static final AtomicInteger NUMBER = new AtomicInteger();

  private final InMemorySpanExporter spans = InMemorySpanExporter.create();
  private final InMemoryMetricReader metrics = InMemoryMetricReader.create();
  private final OpenTelemetrySdk sdk;
  private final CapturedLog log = new CapturedLog();
  private final List<BackgroundWorkers> workers = new ArrayList<>();
  private final List<BlockingTask> blocked = new ArrayList<>();

  Engine() {
    this(Sampler.parentBased(Sampler.alwaysOn()));
  }

  Engine(Sampler sampler) {
    sdk =
        OpenTelemetrySdk.builder()
            .setTracerProvider(
                SdkTracerProvider.builder()
                    .setSampler(sampler)
                    .addSpanProcessor(SimpleSpanProcessor.create(spans))
                    .build())
            .setMeterProvider(SdkMeterProvider.builder().registerMetricReader(metrics).build())
            .build();
  }

  OpenTelemetry openTelemetry() {
    return sdk;
  }

  CapturedLog log() {
    return log;
  }

  Span startSpan(String name) {
    return sdk.getTracer("test").spanBuilder(name).startSpan();
  }

  BackgroundWorkers workers() {
    return workers(options -> options);
  }

  /** Workers with a name of their own, so that threads, JMX and the log tell them from others. */
  BackgroundWorkers workers(UnaryOperator<WorkerOptions.Builder> settings) {
    return closedLater(BackgroundWorkers.create(sdk, options(settings)));
  }

  BackgroundWorkers workers(Executor executor, UnaryOperator<WorkerOptions.Builder> settings) {
    return closedLater(BackgroundWorkers.create(sdk, options(settings), executor));
  }

  WorkerOptions options(UnaryOperator<WorkerOptions.Builder> settings) {
    return settings.apply(WorkerOptions.builder().name("test" + NUMBER.incrementAndGet())).build();
  }

  BackgroundWorkers closedLater(BackgroundWorkers created) {
    workers.add(created);
    return created;
  }

  /** A body that gives way to an interrupt, and is released after the test at the latest. */
  BlockingTask blocking() {
    return releasedLater(BlockingTask.interruptible());
  }

  /** A body that ignores interrupts, and is released after the test at the latest. */
  BlockingTask stubborn() {
    return releasedLater(BlockingTask.stubborn());
  }

  private BlockingTask releasedLater(BlockingTask task) {
    blocked.add(task);
    return task;
  }

  /** The one ended span of a name, as soon as it has ended. */
  SpanData span(String name) {
    List<SpanData> found =
        await().atMost(30, TimeUnit.SECONDS).until(() -> spans(name), all -> !all.isEmpty());
    assertThat(found).hasSize(1);
    return found.get(0);
  }

  /** The spans of a name that have ended by now. */
  List<SpanData> spans(String name) {
    return spans.getFinishedSpanItems().stream()
        .filter(span -> span.getName().equals(name))
        .toList();
  }

  /** A metric as of now. */
  MetricData metric(String name) {
    List<MetricData> found =
        metrics.collectAllMetrics().stream().filter(all -> all.getName().equals(name)).toList();
    assertThat(found).as("metrics named " + name).hasSize(1);
    return found.get(0);
  }

  /** The names of all metrics that have a value now. */
  List<String> metricNames() {
    return metrics.collectAllMetrics().stream().map(MetricData::getName).sorted().toList();
  }

  @Override
  public void afterEach(ExtensionContext context) {
    blocked.forEach(BlockingTask::release);
    workers.forEach(BackgroundWorkers::close);
    log.close();
    sdk.close();
  }
}
