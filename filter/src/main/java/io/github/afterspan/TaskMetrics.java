// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan;

import io.github.afterspan.DispatchRejectedException.Reason;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.metrics.ObservableLongMeasurement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.LongSupplier;

/**
 * The instruments of one set of workers. Only the two histograms are touched when a task runs; the
 * counts are read when somebody collects.
 *
 * <p>Safe for use by several threads. Closed with its workers.
 */
final class TaskMetrics implements AutoCloseable {

  static final AttributeKey<String> ERROR_TYPE = AttributeKey.stringKey("error.type");

  private static final AttributeKey<String> WORKERS_NAME =
      AttributeKey.stringKey("afterspan.workers.name");
  private static final AttributeKey<String> OUTCOME =
      AttributeKey.stringKey("afterspan.task.outcome");
  private static final AttributeKey<String> REJECTION_REASON =
      AttributeKey.stringKey("afterspan.rejection.reason");
  private static final List<Double> DURATION_BUCKETS =
      List.of(
          0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0);
  private static final List<Double> TIME_IN_QUEUE_BUCKETS =
      List.of(
          0.0005, 0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0);

  private final DoubleHistogram duration;
  private final DoubleHistogram timeInQueue;
  private final List<AutoCloseable> observed = new ArrayList<>();

  TaskMetrics(Meter meter, BackgroundWorkers workers) {
    duration =
        meter
            .histogramBuilder("afterspan.task.duration")
            .setUnit("s")
            .setDescription("How long task bodies ran")
            .setExplicitBucketBoundariesAdvice(DURATION_BUCKETS)
            .build();
    timeInQueue =
        meter
            .histogramBuilder("afterspan.task.time_in_queue")
            .setUnit("s")
            .setDescription("How long tasks waited for a worker")
            .setExplicitBucketBoundariesAdvice(TIME_IN_QUEUE_BUCKETS)
            .build();
    Attributes name = Attributes.of(WORKERS_NAME, workers.options.name());
    gauge(meter, "afterspan.task.active", "Tasks that run", name, workers::running);
    gauge(meter, "afterspan.queue.size", "Tasks that wait", name, workers::waiting);
    int queueCapacity = workers.options.queueCapacity();
    gauge(meter, "afterspan.queue.capacity", "The most that wait", name, () -> queueCapacity);
    gauge(
        meter,
        "afterspan.task.stuck",
        "Tasks that ignore their interrupt",
        name,
        workers.stuckThreads::count);
    observed.add(
        meter
            .counterBuilder("afterspan.tasks")
            .setUnit("{task}")
            .setDescription("Tasks by outcome")
            .buildWithCallback(tasks -> observe(workers.profiles.counts(), tasks)));
  }

  void waited(TaskProfile profile, long nanos) {
    timeInQueue.record(Durations.seconds(nanos), profile.counts.attributes);
  }

  void ran(TaskProfile profile, long nanos) {
    duration.record(Durations.seconds(nanos), profile.counts.attributes);
  }

  void failed(TaskProfile profile, long nanos, String errorType) {
    duration.record(
        Durations.seconds(nanos),
        Attributes.of(TaskCounts.TASK_NAME, profile.counts.name, ERROR_TYPE, errorType));
  }

  @Override
  public void close() throws Exception {
    for (AutoCloseable instrument : observed) {
      instrument.close();
    }
  }

  private void gauge(
      Meter meter,
      String instrument,
      String description,
      Attributes attributes,
      LongSupplier value) {
    observed.add(
        meter
            .upDownCounterBuilder(instrument)
            .setUnit("{task}")
            .setDescription(description)
            .buildWithCallback(measurement -> measurement.record(value.getAsLong(), attributes)));
  }

  private static void observe(Iterable<TaskCounts> counts, ObservableLongMeasurement tasks) {
    for (TaskCounts of : counts) {
      for (TaskState outcome : TaskState.values()) {
        long count = of.of(outcome);
        if (count > 0) {
          tasks.record(count, of.attributes.toBuilder().put(OUTCOME, word(outcome)).build());
        }
      }
      for (Reason reason : Reason.values()) {
        long count = of.of(reason);
        if (count > 0) {
          Attributes attributes =
              of.attributes.toBuilder()
                  .put(OUTCOME, "rejected")
                  .put(REJECTION_REASON, word(reason))
                  .build();
          tasks.record(count, attributes);
        }
      }
    }
  }

  private static String word(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
