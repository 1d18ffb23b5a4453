// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan;

import static io.github.afterspan.Outcomes.outcome;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.data.HistogramPointData;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.data.MetricDataType;
import io.opentelemetry.sdk.metrics.export.MetricReader;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class MetricsTest {

  private static final AttributeKey<String> TASK_NAME =
      AttributeKey.stringKey("afterspan.task.name");
  private static final AttributeKey<String> ERROR_TYPE = AttributeKey.stringKey("error.type");

  @RegisterExtension final Engine engine = new Engine();

  @Test
  void duration_isHistogramInSeconds_byNameAndErrorType() throws Exception {
    BackgroundWorkers workers = engine.workers();
    run(workers, "good", () -> {});
    run(workers, "good", () -> {});
    run(workers, "bad", MetricsTest::fail);
    MetricData metric = engine.metric("afterspan.task.duration");
    assertThat(metric.getUnit()).isEqualTo("s");
    assertThat(metric.getType()).isEqualTo(MetricDataType.HISTOGRAM);
    assertThat(metric.getDescription()).isNotEmpty();
    assertThat(metric.getInstrumentationScopeInfo().getName()).isEqualTo("io.github.afterspan");
    Map<Attributes, HistogramPointData> points = histogram(metric);
    assertThat(points)
        .containsOnlyKeys(
            Attributes.of(TASK_NAME, "good"),
            Attributes.of(TASK_NAME, "bad", ERROR_TYPE, "java.lang.IllegalStateException"));
    HistogramPointData good = points.get(Attributes.of(TASK_NAME, "good"));
    assertThat(good.getCount()).isEqualTo(2);
    assertThat(good.getBoundaries())
        .containsExactly(
            0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0,
            300.0);
  }

  @Test
  void duration_isTimeOfBody() throws Exception {
    run(engine.workers(), "sleeps", () -> Thread.sleep(60));
    HistogramPointData point =
        histogram(engine.metric("afterspan.task.duration")).get(Attributes.of(TASK_NAME, "sleeps"));
    assertThat(point.getSum()).isBetween(0.06, 20.0);
  }

  @Test
  void timeInQueue_isHistogramInSeconds_byName() throws Exception {
    BackgroundWorkers workers = engine.workers(o -> o.concurrency(1));
    BlockingTask busy = engine.blocking();
    DispatchedTask first = workers.dispatcher().dispatch("first", busy);
    busy.awaitStarted();
    DispatchedTask second = workers.dispatcher().dispatch("second", () -> {});
    long queued = System.nanoTime();
    await().until(() -> System.nanoTime() - queued > Duration.ofMillis(50).toNanos());
    busy.release();
    assertThat(outcome(first)).isEqualTo(TaskState.SUCCEEDED);
    assertThat(outcome(second)).isEqualTo(TaskState.SUCCEEDED);
    MetricData metric = engine.metric("afterspan.task.time_in_queue");
    assertThat(metric.getUnit()).isEqualTo("s");
    assertThat(metric.getType()).isEqualTo(MetricDataType.HISTOGRAM);
    Map<Attributes, HistogramPointData> points = histogram(metric);
    assertThat(points)
        .containsOnlyKeys(Attributes.of(TASK_NAME, "first"), Attributes.of(TASK_NAME, "second"));
    HistogramPointData waited = points.get(Attributes.of(TASK_NAME, "second"));
    assertThat(waited.getSum()).isBetween(0.05, 20.0);
    assertThat(waited.getBoundaries())
        .containsExactly(
            0.0005, 0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0,
            60.0);
    assertThat(engine.span("second").getAttributes().asMap().values())
        .containsExactly(waited.getSum());
  }

  @ParameterizedTest
  @CsvSource({
    "afterspan.task.active, 1",
    "afterspan.queue.size, 2",
    "afterspan.queue.capacity, 7",
    "afterspan.task.stuck, 0"
  })
  void levels_areUpDownCountersOfTasks_byWorkersName(String name, long expected) throws Exception {
    BackgroundWorkers workers = engine.workers(o -> o.concurrency(1).queueCapacity(7));
    BlockingTask busy = engine.blocking();
    workers.dispatcher().dispatch("busy", busy);
    busy.awaitStarted();
    workers.dispatcher().dispatch("queued", () -> {});
    workers
        .dispatcher(new CompletableFuture<>())
        .dispatch(TaskOptions.named("awaiting").startMode(StartMode.AFTER_RESPONSE), () -> {});
    MetricData metric = engine.metric(name);
    assertThat(metric.getUnit()).isEqualTo("{task}");
    assertThat(metric.getType()).isEqualTo(MetricDataType.LONG_SUM);
    assertThat(metric.getLongSumData().isMonotonic()).isFalse();
    assertThat(sums(metric))
        .containsExactly(
            Map.entry(
                Attributes.of(
                    AttributeKey.stringKey("afterspan.workers.name"), workers.options.name()),
                expected));
  }

  @Test
  void tasks_countsEveryOutcome() throws Exception {
    BackgroundWorkers workers = engine.workers(o -> o.concurrency(1).queueCapacity(1));
    run(workers, "task", () -> {});
    run(workers, "task", () -> {});
    run(workers, "task", MetricsTest::fail);
    DispatchedTask slow =
        workers
            .dispatcher()
            .dispatch(TaskOptions.named("task").timeout(Duration.ofMillis(50)), engine.blocking());
    assertThat(outcome(slow)).isEqualTo(TaskState.TIMED_OUT);
    BlockingTask busy = engine.blocking();
    DispatchedTask busyTask = workers.dispatcher().dispatch("other", busy);
    busy.awaitStarted();
    assertThat(workers.dispatcher().dispatch("task", () -> {}).cancel()).isTrue();
    workers
        .dispatcher(CompletableFuture.completedFuture(false))
        .dispatch(
            TaskOptions.named("task").startMode(StartMode.AFTER_SUCCESSFUL_RESPONSE), () -> {});
    DispatchedTask queued = workers.dispatcher().dispatch("other", () -> {});
    for (int i = 0; i < 3; i++) {
      assertThatThrownBy(() -> workers.dispatcher().dispatch("task", () -> {}))
          .isInstanceOf(DispatchRejectedException.class);
    }
    busy.release();
    assertThat(outcome(busyTask)).isEqualTo(TaskState.SUCCEEDED);
    assertThat(outcome(queued)).isEqualTo(TaskState.SUCCEEDED);

    MetricData metric = engine.metric("afterspan.tasks");
    assertThat(metric.getUnit()).isEqualTo("{task}");
    assertThat(metric.getType()).isEqualTo(MetricDataType.LONG_SUM);
    assertThat(metric.getLongSumData().isMonotonic()).isTrue();
    assertThat(sums(metric))
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(
                counted("task", "succeeded", null), 2L,
                counted("task", "failed", null), 1L,
                counted("task", "timed_out", null), 1L,
                counted("task", "cancelled", null), 1L,
                counted("task", "skipped", null), 1L,
                counted("task", "rejected", "queue_full"), 3L,
                counted("other", "succeeded", null), 2L));
  }

  @Test
  void tasks_countsAbandonedAndRefusedOnes_untilTheFlushAfterTheDrain() throws Exception {
    CompletableFuture<Map<Attributes, Long>> atFlush = new CompletableFuture<>();
    BackgroundWorkers workers =
        engine.workers(
            o ->
                o.concurrency(1)
                    .flush(within -> atFlush.complete(sums(engine.metric("afterspan.tasks")))));
    BlockingTask busy = engine.blocking();
    workers.dispatcher().dispatch("busy", busy);
    busy.awaitStarted();
    workers.dispatcher().dispatch("queued", () -> {});
    CompletableFuture<BackgroundWorkers.Status> drained = workers.drain(Duration.ofMillis(500));
    await().pollInterval(Duration.ofMillis(1)).until(workers.capacity::isDraining);
    assertThatThrownBy(() -> workers.dispatcher().dispatch("late", () -> {}))
        .isInstanceOf(DispatchRejectedException.class);
    drained.get(30, TimeUnit.SECONDS);
    assertThat(atFlush.get(30, TimeUnit.SECONDS))
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(
                counted("busy", "cancelled", null), 1L,
                counted("queued", "abandoned", null), 1L,
                counted("late", "rejected", "draining"), 1L));
  }

  /** As two applications do that share an agent's SDK, or one with two filters. */
  @Test
  void tasksOfSeveralWorkers_addUp() throws Exception {
    run(engine.workers(), "task", () -> {});
    BackgroundWorkers second = engine.workers();
    run(second, "task", () -> {});
    run(second, "task", () -> {});
    assertThat(sums(engine.metric("afterspan.tasks")))
        .containsExactly(Map.entry(counted("task", "succeeded", null), 3L));
    assertThat(
            histogram(engine.metric("afterspan.task.duration"))
                .get(Attributes.of(TASK_NAME, "task"))
                .getCount())
        .isEqualTo(3);
    assertThat(sums(engine.metric("afterspan.queue.capacity"))).hasSize(2);
  }

  /** A sum that went down would look like a restart, and be counted again by a backend. */
  @Test
  void tasksOfClosedWorkers_stayCounted() throws Exception {
    BackgroundWorkers first = engine.workers();
    BackgroundWorkers second = engine.workers();
    run(first, "task", () -> {});
    run(second, "task", () -> {});
    run(second, "task", () -> {});
    assertThat(sums(engine.metric("afterspan.tasks")).values()).containsExactly(3L);
    run(first, "task", () -> {});
    first.close();
    assertThat(sums(engine.metric("afterspan.tasks")))
        .containsExactly(Map.entry(counted("task", "succeeded", null), 4L));
    second.close();
    assertThat(sums(engine.metric("afterspan.tasks")))
        .containsExactly(Map.entry(counted("task", "succeeded", null), 4L));
  }

  @Test
  void tasks_countsRefusedOnes_afterClose() {
    BackgroundWorkers workers = engine.workers();
    workers.close();
    assertThatThrownBy(() -> workers.dispatcher().dispatch("late", () -> {}))
        .isInstanceOf(DispatchRejectedException.class);
    assertThat(sums(engine.metric("afterspan.tasks")))
        .containsExactly(Map.entry(counted("late", "rejected", "closed"), 1L));
  }

  /** Several readers collect as they please; each gets all, and none gets anything twice. */
  @Test
  void tasks_areCountedOnce_whenSeveralReadersCollect() throws Exception {
    InMemoryMetricReader cumulative = InMemoryMetricReader.create();
    InMemoryMetricReader delta = InMemoryMetricReader.createDelta();
    try (OpenTelemetrySdk sdk = sdk(cumulative, delta)) {
      try (BackgroundWorkers workers =
          BackgroundWorkers.create(sdk, engine.options(o -> o.concurrency(1)))) {
        run(workers, "task", () -> {});
        assertThat(tasks(cumulative)).containsExactly(1L);
        run(workers, "task", () -> {});
        assertThat(tasks(delta)).containsExactly(2L);
        assertThat(tasks(delta)).isEmpty();
        run(workers, "task", () -> {});
        assertThat(tasks(cumulative)).containsExactly(3L);
      }
      assertThat(tasks(delta)).containsExactly(1L);
    }
  }

  @Test
  void levelsOfWorkersOfOneName_addUp() {
    engine.workers(o -> o.name("same").queueCapacity(7));
    BackgroundWorkers second = engine.workers(o -> o.name("same").queueCapacity(3));
    assertThat(sums(engine.metric("afterspan.queue.capacity")).values()).containsExactly(10L);
    second.close();
    assertThat(sums(engine.metric("afterspan.queue.capacity")).values()).containsExactly(7L);
  }

  @Test
  void levelsAreGone_onceWorkersAreClosed() throws Exception {
    BackgroundWorkers workers = engine.workers();
    run(workers, "task", () -> {});
    workers.close();
    assertThat(engine.metricNames())
        .doesNotContain(
            "afterspan.task.active",
            "afterspan.queue.size",
            "afterspan.queue.capacity",
            "afterspan.task.stuck");
  }

  @Test
  void thereAreNoOthers() throws Exception {
    BackgroundWorkers workers = engine.workers();
    run(workers, "task", () -> {});
    assertThat(engine.metricNames())
        .containsExactlyElementsOf(
            List.of(
                "afterspan.queue.capacity",
                "afterspan.queue.size",
                "afterspan.task.active",
                "afterspan.task.duration",
                "afterspan.task.stuck",
                "afterspan.task.time_in_queue",
                "afterspan.tasks"));
  }

  private static OpenTelemetrySdk sdk(MetricReader first, MetricReader second) {
    return OpenTelemetrySdk.builder()
        .setMeterProvider(
            SdkMeterProvider.builder()
                .registerMetricReader(first)
                .registerMetricReader(second)
                .build())
        .build();
  }

  private static List<Long> tasks(InMemoryMetricReader reader) {
    return reader.collectAllMetrics().stream()
        .filter(metric -> metric.getName().equals("afterspan.tasks"))
        .flatMap(metric -> metric.getLongSumData().getPoints().stream())
        .map(LongPointData::getValue)
        .toList();
  }

  private static void run(BackgroundWorkers workers, String name, BackgroundTask body)
      throws Exception {
    assertThat(outcome(workers.dispatcher().dispatch(name, body)).isFinal()).isTrue();
  }

  private static Attributes counted(String name, String outcome, String reason) {
    AttributesBuilder attributes =
        Attributes.builder().put(TASK_NAME, name).put("afterspan.task.outcome", outcome);
    if (reason != null) {
      attributes.put("afterspan.rejection.reason", reason);
    }
    return attributes.build();
  }

  private static Map<Attributes, Long> sums(MetricData metric) {
    return metric.getLongSumData().getPoints().stream()
        .collect(Collectors.toMap(LongPointData::getAttributes, LongPointData::getValue));
  }

  private static Map<Attributes, HistogramPointData> histogram(MetricData metric) {
    return metric.getHistogramData().getPoints().stream()
        .collect(Collectors.toMap(HistogramPointData::getAttributes, point -> point));
  }

  private static void fail() {
    throw new IllegalStateException("no");
  }
}
