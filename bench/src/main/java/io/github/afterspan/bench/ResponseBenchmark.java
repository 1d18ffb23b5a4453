// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.bench;

import io.github.afterspan.BackgroundDispatcher;
import io.github.afterspan.BackgroundWorkers;
import io.github.afterspan.StartMode;
import io.github.afterspan.TaskOptions;
import io.github.afterspan.WorkerOptions;
import io.opentelemetry.api.OpenTelemetry;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * Ten tasks of one request, on a pool that sleeps: dispatched one by one to an executor, or held
 * back by Afterspan and handed over when the response is over. Counts all that the request's thread
 * does for them. One task for an executor is one wake-up, less than which nobody can do.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@SuppressWarnings("NullAway.Init") // by JMH
public class ResponseBenchmark {

  private static final int TASKS = 10;
  private static final long UNTIL_ASLEEP_NANOS = 100_000;
  private static final TaskOptions AFTER_RESPONSE =
      TaskOptions.named("task").startMode(StartMode.AFTER_RESPONSE);

  /** How many threads the pool has, all of them asleep. */
  @Param({"1", "4"})
  public int threads;

  /** Where the telemetry of Afterspan's tasks goes; the executor's have none. */
  @Param public TelemetryKind telemetry;

  private final Batch batch = new Batch();
  private final Peer.Body body = batch::run;
  private OpenTelemetry openTelemetry;
  private BackgroundWorkers workers;
  private ExecutorService executor;
  private Request request;

  /** Opens both. */
  @Setup
  public void open() {
    openTelemetry = telemetry.open();
    workers =
        BackgroundWorkers.create(
            openTelemetry, WorkerOptions.builder().concurrency(threads).build());
    ThreadPoolExecutor pool = ExecutorPeers.pool(Peer.QUEUE_CAPACITY, threads);
    pool.prestartAllCoreThreads();
    executor = pool;
    request = Request.begin(openTelemetry);
  }

  /** Lets the threads fall asleep. */
  @Setup(Level.Invocation)
  public void sleep() {
    LockSupport.parkNanos(UNTIL_ASLEEP_NANOS);
    batch.begin(TASKS);
  }

  /** Dispatches ten, and tells that the response is over. */
  @Benchmark
  public void tenAfterResponse() {
    CompletableFuture<Boolean> response = new CompletableFuture<>();
    BackgroundDispatcher dispatcher = workers.dispatcher(response);
    for (int i = 0; i < TASKS; i++) {
      dispatcher.dispatch(AFTER_RESPONSE, body);
    }
    response.complete(true);
  }

  /** Hands ten to an executor. */
  @Benchmark
  public void tenExecuteCalls() {
    for (int i = 0; i < TASKS; i++) {
      executor.execute(body);
    }
  }

  /** Hands one to an executor. */
  @Benchmark
  public void oneExecuteCall() {
    batch.begin(1);
    executor.execute(body);
  }

  /** Waits until they have run. */
  @TearDown(Level.Invocation)
  public void await() {
    batch.await();
  }

  /** Closes both. */
  @TearDown
  public void close() {
    request.close();
    executor.shutdownNow();
    workers.close();
    TelemetryKind.close(openTelemetry);
  }
}
