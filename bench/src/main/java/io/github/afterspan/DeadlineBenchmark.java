// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.baggage.Baggage;
import io.opentelemetry.api.trace.SpanContext;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** What it costs to give a task its timeout and to take it away again. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@SuppressWarnings("NullAway.Init") // by JMH
public class DeadlineBenchmark {

  private static final long TIMEOUT_NANOS = 30_000_000_000L;
  private static final int SECONDS_UNTIL_PENDING_FIRE = 3600;

  /** So many other timeouts are pending. */
  @Param({"0", "10000"})
  public int pending;

  private final List<Object> others = new ArrayList<>();
  private BackgroundWorkers workers;
  private WorkerTask task;
  private Worker worker;
  private ScheduledThreadPoolExecutor scheduler;

  /** Makes the others. */
  @Setup
  public void open() {
    workers = BackgroundWorkers.create(OpenTelemetry.noop(), WorkerOptions.defaults());
    task = task();
    worker = worker();
    scheduler = new ScheduledThreadPoolExecutor(1);
    scheduler.setRemoveOnCancelPolicy(true);
    for (int i = 0; i < pending; i++) {
      Worker other = worker();
      other.take(task());
      other.arm(System.nanoTime() + TIMEOUT_NANOS);
      others.add(other);
      others.add(scheduler.schedule(() -> {}, SECONDS_UNTIL_PENDING_FIRE, TimeUnit.SECONDS));
      others.add(new CompletableFuture<>().orTimeout(SECONDS_UNTIL_PENDING_FIRE, TimeUnit.SECONDS));
    }
  }

  /** The base: all of these have to know what time it is. */
  @Benchmark
  public long clockRead() {
    return System.nanoTime();
  }

  /** Afterspan's: a place that the watchdog looks at. */
  @Benchmark
  public void afterspan() {
    worker.take(task);
    worker.arm(System.nanoTime() + TIMEOUT_NANOS);
    worker.disarm();
  }

  /** {@code CompletableFuture.orTimeout}. */
  @Benchmark
  public boolean orTimeout() {
    CompletableFuture<Object> future = new CompletableFuture<>();
    CompletableFuture<Object> unused = future.orTimeout(TIMEOUT_NANOS, TimeUnit.NANOSECONDS);
    return future.complete(this);
  }

  /** A {@code ScheduledThreadPoolExecutor} that forgets what is cancelled. */
  @Benchmark
  public boolean scheduledExecutor() {
    ScheduledFuture<?> timer = scheduler.schedule(() -> {}, TIMEOUT_NANOS, TimeUnit.NANOSECONDS);
    return timer.cancel(false);
  }

  /** Forgets the others. */
  @TearDown
  public void close() {
    scheduler.shutdownNow();
    workers.close();
    others.clear();
  }

  private Worker worker() {
    return new Worker(workers.stuckThreads);
  }

  private WorkerTask task() {
    TaskProfile profile = workers.profiles.of("task");
    return new WorkerTask(profile, () -> {}, SpanContext.getInvalid(), Baggage.empty(), false);
  }
}
