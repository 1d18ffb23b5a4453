// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.opentelemetry.api.OpenTelemetry;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Interleavings with a supplied executor, and with the thread that dispatches, that once went
 * wrong, each forced to happen. The module {@code stress} looks for ones that nobody has thought
 * of.
 */
@Timeout(60)
class ExecutorRacesTest {

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

  /** The one worker that is left was started by another, from the thread that it now runs on. */
  @Test
  void runsTask_whenExecutorRefusesAndTheQueuedWorkerRunsWhereItWasStarted() throws Exception {
    Queue<Runnable> taken = new ArrayDeque<>();
    AtomicBoolean refuse = new AtomicBoolean();
    Executor executor =
        worker -> {
          if (refuse.get()) {
            throw new RejectedExecutionException("saturated");
          }
          taken.add(worker);
        };
    WorkerOptions options = WorkerOptions.builder().concurrency(2).build();
    try (BackgroundWorkers workers =
        BackgroundWorkers.create(OpenTelemetry.noop(), options, executor)) {
      CompletableFuture<Boolean> response = new CompletableFuture<>();
      BackgroundDispatcher dispatcher = workers.dispatcher(response);
      TaskOptions after = TaskOptions.named("after").startMode(StartMode.AFTER_RESPONSE);
      for (int i = 0; i < 3; i++) {
        dispatcher.dispatch(after, () -> {});
      }
      response.complete(true);
      taken.remove().run(); // runs all three, and has another worker started meanwhile
      assertThat(workers.capacity.accepted()).isZero();
      refuse.set(true);
      DispatchedTask late = dispatcher.dispatch("late", () -> {});
      assertThat(late.state()).isEqualTo(TaskState.QUEUED);
      taken.remove().run();
      assertThat(late.state()).isEqualTo(TaskState.SUCCEEDED);
      assertThat(taken).isEmpty();
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

  private static void join(DispatchedTask task) throws Exception {
    task.completion().toCompletableFuture().get(10, TimeUnit.SECONDS);
  }
}
