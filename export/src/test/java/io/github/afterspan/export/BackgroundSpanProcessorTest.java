// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import io.opentelemetry.sdk.trace.ReadWriteSpan;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.SpanProcessor;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import io.opentelemetry.sdk.trace.samplers.SamplingResult;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class BackgroundSpanProcessorTest {

  /** Spans that processors see and exporters do not. */
  private static final Sampler RECORD_ONLY =
      new Sampler() {
        @Override
        public SamplingResult shouldSample(
            Context parent,
            String traceId,
            String name,
            SpanKind kind,
            Attributes attributes,
            List<LinkData> links) {
          return SamplingResult.recordOnly();
        }

        @Override
        public String getDescription() {
          return "record only";
        }
      };

  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final ScriptedExporter exporter = new ScriptedExporter();
  private final InMemoryMetricReader reader = InMemoryMetricReader.create();
  private final SdkMeterProvider meters =
      SdkMeterProvider.builder().registerMetricReader(reader).build();
  private final CapturedWarnings log = new CapturedWarnings();

  @AfterEach
  void close() {
    log.close();
    meters.close();
  }

  private BackgroundSpanProcessor around(Function<SpanExporter, SpanProcessor> processor) {
    return BackgroundSpanProcessor.create(
        exporter, processor, DrainWait.DEFAULT_TIMEOUT, () -> meters);
  }

  private static SpanProcessor batch(SpanExporter exporter) {
    return BatchSpanProcessor.builder(exporter).setScheduleDelay(Duration.ofHours(1)).build();
  }

  private static SdkTracerProvider sdk(SpanProcessor processor) {
    return SdkTracerProvider.builder().addSpanProcessor(processor).build();
  }

  private static Span end(SdkTracerProvider sdk, String name) {
    return end(sdk.get("io.github.afterspan"), name);
  }

  private static Span end(Tracer tracer, String name) {
    Span span = tracer.spanBuilder(name).startSpan();
    span.end();
    return span;
  }

  private static CompletableResultCode join(CompletableResultCode result) {
    return result.join(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
  }

  private Map<String, Long> counts() {
    Map<String, Long> counts = new TreeMap<>();
    reader.collectAllMetrics().stream()
        .filter(metric -> metric.getName().equals("afterspan.spans"))
        .flatMap(metric -> metric.getLongSumData().getPoints().stream())
        .forEach(point -> counts.put(outcome(point), point.getValue()));
    counts.values().removeIf(count -> count == 0);
    return counts;
  }

  private static String outcome(LongPointData point) {
    return String.valueOf(point.getAttributes().asMap().values().iterator().next());
  }

  @Test
  void passesEverythingOnInOrder_withForeignSpansBetweenOurs() {
    try (SdkTracerProvider sdk = sdk(around(BackgroundSpanProcessorTest::batch))) {
      Tracer foreign = sdk.get("somebody.else");
      end(foreign, "a");
      end(sdk, "b");
      end(foreign, "c");
      assertThat(join(sdk.forceFlush()).isSuccess()).isTrue();
      assertThat(exporter.batches).containsExactly(List.of("a", "b", "c"));
    }
    assertThat(counts()).isEqualTo(Map.of("exported", 1L));
  }

  @Test
  void leavesForeignSpansToTheSdk_whenTheyAreRefused() {
    BackgroundSpanProcessor processor = around(BackgroundSpanProcessorTest::batch);
    try (SdkTracerProvider sdk = sdk(processor)) {
      exporter.answer = CompletableResultCode::ofFailure;
      end(sdk.get("somebody.else"), "foreign");
      end(sdk, "ours");
      assertThat(processor.flush(Duration.ofMillis(100))).hasSize(1);
      exporter.answer = CompletableResultCode::ofSuccess;
      assertThat(processor.flush(PATIENCE)).isEmpty();
      assertThat(exporter.names()).containsExactly("ours");
    }
  }

  @Test
  void triesAgainDuringTheFlush_whenTheExporterRefusedOrThrew() {
    try (SdkTracerProvider sdk = sdk(around(BackgroundSpanProcessorTest::batch))) {
      exporter.answer =
          () -> {
            exporter.answer = CompletableResultCode::ofFailure;
            throw new IllegalStateException("on purpose");
          };
      end(sdk, "ours");
      var unused = sdk.forceFlush();
      Awaitility.await().until(() -> exporter.batches.size() >= 2);
      exporter.answer = CompletableResultCode::ofSuccess;
      Awaitility.await().untilAsserted(() -> assertThat(exporter.names()).contains("ours"));
    }
  }

  /** The flush itself, and not the threads that try again every now and then. */
  @Test
  void flushTriesAgain_whenTheThreadsThatDoAreBusy() {
    ExportWatch watch = new ExportWatch(() -> meters, Duration.ZERO);
    BackgroundSpanProcessor processor = watch.processor(batch(watch.exporter(exporter)));
    CountDownLatch release = new CountDownLatch(1);
    for (int i = 0; i < watch.threads().getCorePoolSize(); i++) {
      watch.threads().execute(() -> await(release));
    }
    exporter.answer =
        () -> {
          exporter.answer = CompletableResultCode::ofSuccess;
          return CompletableResultCode.ofFailure();
        };
    try (SdkTracerProvider sdk = sdk(processor)) {
      end(sdk, "ours");
      assertThat(processor.flush(PATIENCE)).isEmpty();
      assertThat(exporter.names()).containsExactly("ours");
    } finally {
      release.countDown();
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void waitsAsLongAsItTakes_whenToldForever() {
    Duration forever = ChronoUnit.FOREVER.getDuration();
    AtomicInteger looks = new AtomicInteger();
    new DrainWait(forever, () -> looks.incrementAndGet() < 3 ? 1 : 0).await();
    assertThat(looks).hasValue(3);
    BackgroundSpanProcessor processor = around(BackgroundSpanProcessorTest::batch);
    try (SdkTracerProvider sdk = sdk(processor)) {
      end(sdk, "ours");
      assertThat(processor.flush(forever)).isEmpty();
      assertThat(exporter.names()).containsExactly("ours");
    }
  }

  /** Nobody flushes any more, and the threads that try again have found nothing to do. */
  @Test
  void triesAgain_whenTheExporterRefusesAfterTheFlushIsOver() {
    ExportWatch watch = new ExportWatch(() -> meters, Duration.ZERO);
    BackgroundSpanProcessor processor = watch.processor(batch(watch.exporter(exporter)));
    CompletableResultCode held = new CompletableResultCode();
    exporter.answer =
        () -> {
          exporter.answer = () -> held;
          return CompletableResultCode.ofFailure();
        };
    try (SdkTracerProvider sdk = sdk(processor)) {
      end(sdk, "ours");
      assertThat(processor.flush(Duration.ofSeconds(1))).hasSize(1);
      Awaitility.await().until(() -> exporter.batches.size() == 2);
      Awaitility.await()
          .atMost(PATIENCE)
          .until(() -> watch.threads().getQueue().isEmpty() && isIdle(watch));
      exporter.answer = CompletableResultCode::ofSuccess;
      held.fail();
      Awaitility.await().untilAsserted(() -> assertThat(exporter.names()).contains("ours"));
    }
  }

  private static boolean isIdle(ExportWatch watch) {
    return watch.threads().getActiveCount() == 0;
  }

  @Test
  void exportsSpans_whenTheQueueOfTheProcessorWasFull() {
    BackgroundSpanProcessor processor =
        around(
            exporter ->
                BatchSpanProcessor.builder(exporter)
                    .setMaxQueueSize(1)
                    .setMaxExportBatchSize(1)
                    .setScheduleDelay(Duration.ofHours(1))
                    .build());
    try (SdkTracerProvider sdk = sdk(processor)) {
      for (int i = 0; i < 200; i++) {
        end(sdk, "span " + i);
      }
      assertThat(processor.flush(PATIENCE)).isEmpty();
      assertThat(exporter.names()).hasSize(200).doesNotHaveDuplicates();
    }
  }

  @Test
  void exportsSpans_withTheSimpleProcessor() {
    try (SdkTracerProvider sdk = sdk(around(SimpleSpanProcessor::create))) {
      end(sdk, "ours");
      assertThat(join(sdk.forceFlush()).isSuccess()).isTrue();
      assertThat(exporter.names()).containsExactly("ours");
    }
  }

  @Test
  void leavesUnsampledSpansAlone() {
    BackgroundSpanProcessor processor = around(BackgroundSpanProcessorTest::batch);
    try (SdkTracerProvider sdk =
        SdkTracerProvider.builder().setSampler(RECORD_ONLY).addSpanProcessor(processor).build()) {
      end(sdk, "unsampled");
      assertThat(processor.flush(PATIENCE)).isEmpty();
      assertThat(exporter.batches).isEmpty();
    }
  }

  @Test
  void countsAndNamesLostSpans_whenTheProcessorDoesNotPassThemOn() {
    BackgroundSpanProcessor processor = around(exporter -> new DroppingProcessor());
    try (SdkTracerProvider sdk = sdk(processor)) {
      Span dropped = end(sdk, "dropped");
      assertThat(processor.flush(PATIENCE)).isEmpty();
      assertThat(log.messages)
          .containsExactly(
              "lost: the span processor did not pass them on; \"dropped\" (trace "
                  + dropped.getSpanContext().getTraceId()
                  + ")");
    }
    assertThat(counts()).isEqualTo(Map.of("lost", 1L));
  }

  @Test
  void countsAndNamesLostSpans_whenTheyAreNotExportedAtShutdown() {
    exporter.answer = CompletableResultCode::ofFailure;
    SdkTracerProvider sdk = sdk(around(BackgroundSpanProcessorTest::batch));
    Span refused = end(sdk, "refused");
    assertThat(join(sdk.shutdown()).isSuccess()).isFalse();
    assertThat(exporter.down).isTrue();
    assertThat(log.messages)
        .containsExactly(
            "lost: not exported when the SDK was shut down; \"refused\" (trace "
                + refused.getSpanContext().getTraceId()
                + ")");
    assertThat(counts()).isEqualTo(Map.of("lost", 1L));
  }

  @Test
  void countsAndNamesLostSpans_whenTheyEndAfterTheShutdown() {
    BackgroundSpanProcessor processor =
        BackgroundSpanProcessor.create(
            exporter, BackgroundSpanProcessorTest::batch, Duration.ZERO, () -> meters);
    SdkTracerProvider sdk = sdk(processor);
    Span late = sdk.get("io.github.afterspan").spanBuilder("late").startSpan();
    assertThat(join(sdk.shutdown()).isSuccess()).isTrue();
    late.end();
    assertThat(log.messages)
        .hasSize(2)
        .first()
        .asString()
        .isEqualTo(
            "the SDK shuts down while background workers are not drained: workers=0, unfinished"
                + " tasks=0, open spans=1; spans of their tasks are lost from now on");
    assertThat(log.messages.get(1))
        .startsWith("lost: ended after the SDK was shut down; \"late\" (trace ");
    assertThat(counts()).isEqualTo(Map.of("lost", 1L));
  }

  @Test
  void givesTheSameResult_whenShutDownTwice() {
    BackgroundSpanProcessor processor = around(BackgroundSpanProcessorTest::batch);
    CompletableResultCode first = processor.shutdown();
    assertThat(processor.shutdown()).isSameAs(first);
    assertThat(join(first).isSuccess()).isTrue();
  }

  @Test
  void watchesNoMoreThanItsCapacity() {
    exporter.answer = CompletableResultCode::new; // never answers
    BackgroundSpanProcessor processor = around(SimpleSpanProcessor::create);
    SdkTracerProvider sdk = sdk(processor);
    for (int i = 0; i < Ledger.CAPACITY + 5; i++) {
      end(sdk, "span");
    }
    assertThat(processor.flush(Duration.ofMillis(10))).hasSize(Ledger.CAPACITY);
    assertThat(counts()).isEqualTo(Map.of("unwatched", 5L));
    assertThat(log.messages)
        .containsExactly("8192 background spans wait for their export; more are not watched");
  }

  @Test
  void givesUp_whenTheExporterRefusesForLong() {
    ExportWatch watch = new ExportWatch(() -> meters, Duration.ZERO, Duration.ofMillis(1));
    SpanProcessor processor = watch.processor(batch(watch.exporter(exporter)));
    exporter.answer = CompletableResultCode::ofFailure;
    try (SdkTracerProvider sdk = sdk(processor)) {
      Span refused = end(sdk, "refused");
      var unused = sdk.forceFlush();
      Awaitility.await()
          .untilAsserted(
              () ->
                  assertThat(log.messages)
                      .containsExactly(
                          "not exported: the exporter refused them each time; \"refused\" (trace "
                              + refused.getSpanContext().getTraceId()
                              + ")"));
      assertThat(counts()).isEqualTo(Map.of("failed", 1L));
    }
  }

  @Test
  void refusesBadArguments() {
    assertThatThrownBy(
            () ->
                BackgroundSpanProcessor.create(
                    exporter, SimpleSpanProcessor::create, Duration.ofSeconds(-1), () -> null))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("drainTimeout must not be negative, was PT-1S");
  }

  /** Keeps everything to itself. */
  private static final class DroppingProcessor implements SpanProcessor {
    @Override
    public void onStart(Context parent, ReadWriteSpan span) {}

    @Override
    public boolean isStartRequired() {
      return false;
    }

    @Override
    public void onEnd(ReadableSpan span) {}

    @Override
    public boolean isEndRequired() {
      return true;
    }
  }
}
