// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.baggage.Baggage;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.context.Context;
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
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
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
    worker.enter();
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
            sdk(processor(() -> {}, RacesTest::linkageError)),
            WorkerOptions.builder().concurrency(1).build())) {
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

  @Test
  void runsTasksInOrder_whenTheyRunOnCallingThread() {
    try (BackgroundWorkers workers = BackgroundWorkers.onCallingThread(OpenTelemetry.noop())) {
      assertThat(orderAfterResponse(workers)).isEqualTo("01234");
    }
  }

  @Test
  void runsTasksInOrder_whenExecutorRunsOnCallingThread() {
    try (BackgroundWorkers workers =
        BackgroundWorkers.create(OpenTelemetry.noop(), WorkerOptions.defaults(), Runnable::run)) {
      assertThat(orderAfterResponse(workers)).isEqualTo("01234");
    }
  }

  private static String orderAfterResponse(BackgroundWorkers workers) {
    CompletableFuture<Boolean> response = new CompletableFuture<>();
    BackgroundDispatcher dispatcher = workers.dispatcher(response);
    TaskOptions after = TaskOptions.named("after").startMode(StartMode.AFTER_RESPONSE);
    StringBuilder order = new StringBuilder();
    for (int i = 0; i < 5; i++) {
      int number = i;
      dispatcher.dispatch(after, () -> order.append(number));
    }
    response.complete(true);
    return order.toString();
  }

  /** T1 is the drain; T2 has taken the task off the queue and is still starting its span. */
  @Test
  void stopsTask_whenItsSlotIsStillEmptyAsDrainLooks() throws Exception {
    CountDownLatch startsSpan = new CountDownLatch(1);
    CountDownLatch drains = new CountDownLatch(1);
    SpanProcessor slow =
        processor(
            () -> {
              startsSpan.countDown();
              awaitQuietly(drains);
            },
            () -> {});
    BackgroundWorkers workers = BackgroundWorkers.create(sdk(slow), WorkerOptions.defaults());
    BlockingTask body = BlockingTask.interruptible();
    DispatchedTask task = workers.dispatcher().dispatch("late", body);
    assertThat(startsSpan.await(10, TimeUnit.SECONDS)).isTrue();
    CompletableFuture<BackgroundWorkers.Status> drained = workers.drain(Duration.ZERO);
    await().atMost(Duration.ofSeconds(10)).until(() -> workers.pool.isClosed());
    drains.countDown();
    assertThat(drained).succeedsWithin(Duration.ofSeconds(10));
    assertThat(task.state()).isEqualTo(TaskState.CANCELLED);
    assertThat(Outcomes.failure(task))
        .isInstanceOf(CancellationException.class)
        .hasMessage("task \"late\" was cancelled: the drain asked it to stop")
        .hasCauseInstanceOf(InterruptedException.class);
  }

  /** An error comes through {@code dispatch} from a task that is not the dispatched one. */
  @Test
  void givesPlaceBackOnce_whenErrorOfAnotherTaskComesThroughDispatch() throws Exception {
    BlockingTask body = BlockingTask.interruptible();
    AtomicInteger calls = new AtomicInteger();
    AtomicReference<BackgroundDispatcher> dispatcher = new AtomicReference<>();
    Executor executor =
        worker -> {
          if (calls.incrementAndGet() > 1) {
            new Thread(worker).start();
            awaitQuietly(body::awaitStarted);
            return;
          }
          dispatcher
              .get()
              .dispatch(
                  "error",
                  () -> {
                    throw new StackOverflowError("of another task");
                  });
          worker.run();
        };
    try (BackgroundWorkers workers =
        BackgroundWorkers.create(
            OpenTelemetry.noop(), WorkerOptions.builder().concurrency(2).build(), executor)) {
      dispatcher.set(workers.dispatcher());
      assertThatThrownBy(() -> dispatcher.get().dispatch("runs elsewhere", body))
          .hasMessage("of another task");
      assertThat(workers.capacity.accepted()).isEqualTo(1);
      body.release();
      await().atMost(Duration.ofSeconds(10)).until(() -> workers.capacity.accepted() == 0);
    }
  }

  @Test
  void drainIsBounded_whenExecutorRunsOnCallingThread() throws Exception {
    BlockingTask body = BlockingTask.stubborn();
    BackgroundWorkers workers =
        BackgroundWorkers.create(OpenTelemetry.noop(), WorkerOptions.defaults(), Runnable::run);
    DispatchedTask task =
        workers
            .dispatcher(new CompletableFuture<>())
            .dispatch(TaskOptions.named("after").startMode(StartMode.AFTER_RESPONSE), body);
    assertThat(workers.drain(Duration.ofMillis(500))).succeedsWithin(Duration.ofSeconds(8));
    assertThat(task.state()).isEqualTo(TaskState.ABANDONED);
    assertThat(body.wasInterrupted()).isTrue();
    body.release();
  }

  @Test
  void drainEndsThreads_whenTelemetryFailsInIt() throws Exception {
    SpanProcessor broken =
        processor(
            () -> {},
            () -> {
              throw new StackOverflowError("in a span processor");
            });
    BackgroundWorkers workers = BackgroundWorkers.create(sdk(broken), WorkerOptions.defaults());
    BlockingTask body = BlockingTask.stubborn();
    workers.dispatcher().dispatch("stubborn", body);
    body.awaitStarted();
    assertThat(workers.drain(Duration.ZERO)).succeedsWithin(Duration.ofSeconds(8));
    assertThat(workers.watchdog.thread().isAlive()).isFalse();
    body.release();
  }

  @Test
  void startsWithoutInterrupt_whenTaskBeforeInterruptedItsForeignThread() throws Exception {
    ExecutorService foreign = Executors.newSingleThreadExecutor();
    try (BackgroundWorkers workers =
        BackgroundWorkers.create(
            OpenTelemetry.noop(), WorkerOptions.builder().concurrency(1).build(), foreign)) {
      BlockingTask first = BlockingTask.interruptible();
      AtomicBoolean interrupted = new AtomicBoolean();
      workers
          .dispatcher()
          .dispatch(
              "first",
              () -> {
                first.run();
                Thread.currentThread().interrupt();
              });
      DispatchedTask next =
          workers.dispatcher().dispatch("next", () -> interrupted.set(Thread.interrupted()));
      first.release();
      join(next);
      assertThat(interrupted).isFalse();
    } finally {
      foreign.shutdown();
    }
  }

  @Test
  void foreignThreadLeavesWithTheInterruptItCameWith() {
    try (BackgroundWorkers workers = BackgroundWorkers.onCallingThread(OpenTelemetry.noop())) {
      AtomicBoolean interrupted = new AtomicBoolean();
      Thread.currentThread().interrupt();
      workers.dispatcher().dispatch("task", () -> interrupted.set(Thread.interrupted()));
      assertThat(Thread.interrupted()).isTrue();
      assertThat(interrupted).isFalse();
    }
  }

  @Test
  void watchdogStaysAwake_whileRejectionsAreToBeLogged() throws Exception {
    try (BackgroundWorkers workers =
        BackgroundWorkers.create(
            OpenTelemetry.noop(),
            WorkerOptions.builder().concurrency(1).queueCapacity(0).build())) {
      BlockingTask body = BlockingTask.interruptible();
      DispatchedTask running = workers.dispatcher().dispatch("running", body);
      for (int i = 0; i < 2; i++) {
        assertThatThrownBy(() -> workers.dispatcher().dispatch("rejected", () -> {}))
            .isInstanceOf(DispatchRejectedException.class);
      }
      body.release();
      join(running);
      await()
          .during(Duration.ofSeconds(2))
          .atMost(Duration.ofSeconds(4))
          .until(() -> !workers.pool.isDozing());
    }
  }

  private static void linkageError() {
    throw new NoClassDefFoundError("in a span processor");
  }

  private static void awaitQuietly(CountDownLatch latch) {
    awaitQuietly(() -> assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue());
  }

  private static void awaitQuietly(BackgroundTask wait) {
    try {
      wait.run();
    } catch (Exception e) {
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

  private static SpanProcessor processor(Runnable onStart, Runnable onEnd) {
    return new SpanProcessor() {
      @Override
      public void onStart(Context parent, ReadWriteSpan span) {
        onStart.run();
      }

      @Override
      public boolean isStartRequired() {
        return true;
      }

      @Override
      public void onEnd(ReadableSpan span) {
        onEnd.run();
      }

      @Override
      public boolean isEndRequired() {
        return true;
      }
    };
  }
}
