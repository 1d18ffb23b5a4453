// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.baggage.Baggage;
import io.opentelemetry.api.trace.SpanContext;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Interleavings with a drain that once went wrong, each forced to happen. The module {@code stress}
 * looks for ones that nobody has thought of.
 */
@Timeout(60)
class DrainRacesTest {

  private final List<BackgroundWorkers> toDrain = new ArrayList<>();

  @AfterEach
  void drain() {
    for (BackgroundWorkers workers : toDrain) {
      assertThat(workers.drain(Duration.ZERO)).succeedsWithin(Duration.ofSeconds(10));
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
    Worker worker = new Worker(workers.stuckThreads);
    worker.enter();
    task.run(worker);
    assertThat(task.state()).isEqualTo(TaskState.TIMED_OUT);
    assertThat(task.completion().toCompletableFuture()).isCompletedExceptionally();
    assertThat(Thread.interrupted()).isFalse();
    workers.capacity.startDraining();
    assertThat(workers.capacity.awaitEmpty(0)).isTrue();
  }

  /** T1 is the drain; T2 has taken the task off the queue and is still starting its span. */
  @Test
  void stopsTask_whenItsSlotIsStillEmptyAsDrainLooks() throws Exception {
    CountDownLatch startsSpan = new CountDownLatch(1);
    CountDownLatch drains = new CountDownLatch(1);
    OpenTelemetry slow =
        HookedSpans.atStart(
            () -> {
              startsSpan.countDown();
              awaitQuietly(drains);
            });
    BackgroundWorkers workers = BackgroundWorkers.create(slow, WorkerOptions.defaults());
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
    OpenTelemetry broken =
        HookedSpans.atEnd(
            () -> {
              throw new StackOverflowError("in a span processor");
            });
    BackgroundWorkers workers = BackgroundWorkers.create(broken, WorkerOptions.defaults());
    BlockingTask body = BlockingTask.stubborn();
    workers.dispatcher().dispatch("stubborn", body);
    body.awaitStarted();
    assertThat(workers.drain(Duration.ZERO)).succeedsWithin(Duration.ofSeconds(8));
    assertThat(workers.watchdog.thread().isAlive()).isFalse();
    body.release();
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

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
