// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.baggage.Baggage;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.ReadWriteSpan;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.SpanProcessor;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Interleavings that once went wrong, each forced to happen. The module {@code stress} looks for
 * ones that nobody has thought of.
 */
@Timeout(60)
class RacesTest {

  private final List<BackgroundWorkers> toDrain = new ArrayList<>();

  @AfterEach
  void drain() {
    for (BackgroundWorkers workers : toDrain) {
      assertThat(workers.drain(Duration.ZERO)).succeedsWithin(Duration.ofSeconds(10));
    }
  }

  @Test
  void runsLaterTasks_whenExecutorRefusedOnceAndSeveralWereQueued() throws Exception {
    CountDownLatch othersAreQueued = new CountDownLatch(1);
    CountDownLatch starting = new CountDownLatch(1);
    AtomicBoolean refuse = new AtomicBoolean(true);
    Executor executor =
        worker -> {
          if (refuse.get()) {
            starting.countDown();
            awaitQuietly(othersAreQueued);
            throw new RejectedExecutionException("saturated");
          }
          new Thread(worker).start();
        };
    WorkerOptions options = WorkerOptions.builder().concurrency(1).build();
    try (BackgroundWorkers workers =
        BackgroundWorkers.create(OpenTelemetry.noop(), options, executor)) {
      BackgroundDispatcher dispatcher = workers.dispatcher();
      List<Throwable> refused = new ArrayList<>();
      Thread first =
          new Thread(
              () -> {
                try {
                  dispatcher.dispatch("refused", () -> {});
                } catch (DispatchRejectedException e) {
                  refused.add(e);
                }
              });
      first.start();
      assertThat(starting.await(10, TimeUnit.SECONDS)).isTrue();
      List<DispatchedTask> orphans = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        orphans.add(dispatcher.dispatch("orphan", () -> {}));
      }
      othersAreQueued.countDown();
      first.join();
      assertThat(refused).hasSize(1);
      assertThat(orphans).extracting(DispatchedTask::state).containsOnly(TaskState.FAILED);
      refuse.set(false);
      join(dispatcher.dispatch("later", () -> {}));
      await().atMost(Duration.ofSeconds(10)).until(() -> workers.capacity.accepted() == 0);
    }
  }

  @Test
  void abandonsEveryTask_whenOneOfThemIsCancelledMeanwhile() {
    BackgroundWorkers workers = withoutThreads();
    BackgroundDispatcher dispatcher = workers.dispatcher();
    List<DispatchedTask> tasks = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      tasks.add(dispatcher.dispatch("waiting", () -> {}));
    }
    WorkerTask chain = workers.pool.close(); // the drain takes them, and is about to tell them
    assertThat(tasks.get(1).cancel()).isTrue();
    List<DispatchedTask> seen = new ArrayList<>();
    for (WorkerTask task = chain; task != null; task = task.next) {
      seen.add(task);
    }
    assertThat(seen).containsExactlyElementsOf(tasks);
  }

  @Test
  void tellsOfTimeout_whenThreadForReportsHasEnded() throws Exception {
    BackgroundWorkers workers = withoutThreads();
    workers.reports.shutdown(); // the drain does so while the watchdog may still look
    WorkerTask task =
        task(
            workers,
            TaskOptions.named("late"),
            () -> ((WorkerTask) DispatchedTask.current().orElseThrow()).timeOut());
    Worker worker = new Worker(workers.pool);
    worker.enter(true);
    task.run(worker);
    assertThat(task.state()).isEqualTo(TaskState.TIMED_OUT);
    assertThat(task.completion().toCompletableFuture()).isCompletedExceptionally();
    assertThat(Thread.interrupted()).isFalse();
    workers.capacity.startDraining();
    assertThat(workers.capacity.awaitEmpty(0)).isTrue();
  }

  @Test
  void endsSpan_whenMessageOfFailureThrows() throws Exception {
    InMemorySpanExporter spans = InMemorySpanExporter.create();
    try (BackgroundWorkers workers =
        BackgroundWorkers.onCallingThread(sdk(SimpleSpanProcessor.create(spans)))) {
      DispatchedTask task =
          workers
              .dispatcher()
              .dispatch(
                  "fails",
                  () -> {
                    throw new SpeechlessException();
                  });
      assertThat(task.state()).isEqualTo(TaskState.FAILED);
      assertThat(spans.getFinishedSpanItems()).hasSize(1);
    }
  }

  @Test
  void completes_whenSpanProcessorThrowsAnError() {
    try (BackgroundWorkers workers =
        BackgroundWorkers.create(
            sdk(new BrokenProcessor()), WorkerOptions.builder().concurrency(1).build())) {
      for (int i = 0; i < 3; i++) {
        CountDownLatch asked = new CountDownLatch(1);
        DispatchedTask task =
            workers.dispatcher().dispatch("runs", () -> asked.await(10, TimeUnit.SECONDS));
        var completion = task.completion().toCompletableFuture();
        asked.countDown();
        assertThat(completion).succeedsWithin(Duration.ofSeconds(10));
      }
    }
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** Workers whose executor takes everything and runs nothing. */
  private BackgroundWorkers withoutThreads() {
    BackgroundWorkers workers =
        BackgroundWorkers.create(OpenTelemetry.noop(), WorkerOptions.defaults(), worker -> {});
    toDrain.add(workers);
    return workers;
  }

  /** A task that is accepted and in no queue. */
  private static WorkerTask task(
      BackgroundWorkers workers, TaskOptions options, BackgroundTask body) {
    assertThat(workers.capacity.reserve()).isNull();
    return new WorkerTask(
        workers.profiles.of(options), body, SpanContext.getInvalid(), Baggage.empty(), false);
  }

  private static OpenTelemetry sdk(SpanProcessor processor) {
    return OpenTelemetrySdk.builder()
        .setTracerProvider(SdkTracerProvider.builder().addSpanProcessor(processor).build())
        .build();
  }

  private static void join(DispatchedTask task) throws Exception {
    task.completion().toCompletableFuture().get(10, TimeUnit.SECONDS);
  }

  private static final class SpeechlessException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    @Override
    public String getMessage() {
      throw new IllegalStateException("no message");
    }
  }

  private static final class BrokenProcessor implements SpanProcessor {
    @Override
    public void onStart(io.opentelemetry.context.Context parent, ReadWriteSpan span) {}

    @Override
    public boolean isStartRequired() {
      return false;
    }

    @Override
    public void onEnd(ReadableSpan span) {
      throw new NoClassDefFoundError("broken");
    }

    @Override
    public boolean isEndRequired() {
      return true;
    }
  }
}
