// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.BatchCallback;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.metrics.ObservableLongMeasurement;
import java.util.List;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The instruments of one set of workers. Only the two histograms are touched when a task runs; the
 * levels are read, and the counter catches up with the counts, when somebody collects.
 *
 * <p>The counter is a synchronous one, which belongs to the SDK and adds up what all workers tell
 * it. An observed one would fall as soon as one of several workers is closed, which looks like a
 * restart, and lose what they counted since the last collection.
 *
 * <p>Safe for use by several threads. Closed with its workers.
 */
final class TaskMetrics implements AutoCloseable {

  static final AttributeKey<String> ERROR_TYPE = AttributeKey.stringKey("error.type");

  private static final AttributeKey<String> WORKERS_NAME =
      AttributeKey.stringKey("afterspan.workers.name");
  private static final List<Double> DURATION_BUCKETS =
      List.of(
          0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0);
  private static final List<Double> TIME_IN_QUEUE_BUCKETS =
      List.of(
          0.0005, 0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0);

  private final DoubleHistogram duration;
  private final DoubleHistogram timeInQueue;
  private final LongCounter tasks;
  private final TaskProfiles profiles;
  private final BatchCallback levels;
  private final Lock telling = new ReentrantLock();
  private volatile boolean closed;

  TaskMetrics(Meter meter, BackgroundWorkers workers) {
    profiles = workers.profiles;
    duration =
        histogram(meter, "afterspan.task.duration", "How long task bodies ran", DURATION_BUCKETS);
    timeInQueue =
        histogram(
            meter,
            "afterspan.task.time_in_queue",
            "How long tasks waited for a worker",
            TIME_IN_QUEUE_BUCKETS);
    tasks =
        meter
            .counterBuilder("afterspan.tasks")
            .setUnit("{task}")
            .setDescription("Tasks by outcome")
            .build();
    Attributes name = Attributes.of(WORKERS_NAME, workers.options.name());
    var active = level(meter, "afterspan.task.active", "Tasks that run");
    var waiting = level(meter, "afterspan.queue.size", "Tasks that wait");
    var capacity = level(meter, "afterspan.queue.capacity", "The most that wait");
    var stuck = level(meter, "afterspan.task.stuck", "Tasks that ignore their interrupt");
    levels =
        meter.batchCallback(
            () -> {
              active.record(workers.running(), name);
              waiting.record(workers.waiting(), name);
              capacity.record(workers.options.queueCapacity(), name);
              stuck.record(workers.stuckThreads.count(), name);
              tell();
            },
            active,
            waiting,
            capacity,
            stuck);
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

  /** Something was counted; nobody may collect any more. */
  void counted() {
    if (closed) {
      tell();
    }
  }

  /** Whoever counts afterwards finds it closed, and tells of it himself. */
  @Override
  public void close() {
    try {
      levels.close();
    } finally {
      closed = true;
      tell();
    }
  }

  private void tell() {
    telling.lock();
    try {
      profiles.counts().forEach(counts -> counts.tell(tasks));
    } finally {
      telling.unlock();
    }
  }

  private static DoubleHistogram histogram(
      Meter meter, String instrument, String description, List<Double> buckets) {
    return meter
        .histogramBuilder(instrument)
        .setUnit("s")
        .setDescription(description)
        .setExplicitBucketBoundariesAdvice(buckets)
        .build();
  }

  private static ObservableLongMeasurement level(
      Meter meter, String instrument, String description) {
    return meter
        .upDownCounterBuilder(instrument)
        .setUnit("{task}")
        .setDescription(description)
        .buildObserver();
  }
}
