// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan;

import static org.assertj.core.api.Assertions.assertThat;

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
import java.util.concurrent.atomic.AtomicInteger;
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
    worker.take(task);
    task.run(worker);
    assertThat(task.state()).isEqualTo(TaskState.TIMED_OUT);
    assertThat(task.completion().toCompletableFuture()).isCompletedExceptionally();
    assertThat(Thread.interrupted()).isFalse();
    workers.capacity.startDraining();
    assertThat(workers.capacity.awaitEmpty(0)).isTrue();
  }

  /** T1 is the drain; T2 is starting the span, and telemetry swallows the interrupt. */
  @Test
  void cancelsTask_whenDrainAsksItToStopBeforeItsBody() throws Exception {
    CountDownLatch startsSpan = new CountDownLatch(1);
    CountDownLatch interrupted = new CountDownLatch(1);
    OpenTelemetry slow =
        HookedSpans.atStart(
            () -> {
              startsSpan.countDown();
              awaitInterrupt(interrupted);
            });
    BackgroundWorkers workers = BackgroundWorkers.create(slow, WorkerOptions.defaults());
    BlockingTask body = BlockingTask.interruptible();
    DispatchedTask task = workers.dispatcher().dispatch("late", body);
    assertThat(startsSpan.await(10, TimeUnit.SECONDS)).isTrue();
    assertThat(workers.drain(Duration.ZERO)).succeedsWithin(Duration.ofSeconds(10));
    assertThat(interrupted.getCount()).isZero();
    assertThat(task.state()).isEqualTo(TaskState.CANCELLED);
    assertThat(Outcomes.failure(task))
        .isInstanceOf(CancellationException.class)
        .hasMessage("task \"late\" was cancelled: the drain asked it to stop")
        .hasRootCauseMessage("the body had not begun");
    assertThat(body.wasStarted()).isFalse();
  }

  /** T2 took the task off the queue, and stalls before it starts it for longer than the drain. */
  @Test
  void abandonsTask_whenItsThreadStallsBeforeTheStart() throws Exception {
    CountDownLatch goOn = new CountDownLatch(1);
    CountDownLatch stalls = new CountDownLatch(1);
    BackgroundWorkers workers =
        BackgroundWorkers.create(
            OpenTelemetry.noop(),
            WorkerOptions.defaults(),
            worker -> new StallingThread(worker, stalls, goOn).start());
    BlockingTask body = BlockingTask.interruptible();
    DispatchedTask task = workers.dispatcher().dispatch("in hand", body);
    assertThat(stalls.await(10, TimeUnit.SECONDS)).isTrue();
    assertThat(workers.drain(Duration.ZERO))
        .succeedsWithin(Duration.ofSeconds(10))
        .satisfies(status -> assertThat(status.abandoned()).isEqualTo(1))
        .satisfies(status -> assertThat(status.stuck()).isZero());
    assertThat(task.state()).isEqualTo(TaskState.ABANDONED);
    assertThat(Outcomes.failure(task))
        .hasMessage("task \"in hand\" was abandoned: it had not started when the drain ended");
    goOn.countDown();
    assertThat(workers.pool.awaitRetired(10_000_000_000L)).isTrue();
    assertThat(body.wasStarted()).isFalse();
    assertThat(workers.capacity.accepted()).isZero();
  }

  /** T2 is still starting the span when the drain is over. */
  @Test
  void abandonsTask_whenItsSpanIsStillBeingStarted() throws Exception {
    CountDownLatch startsSpan = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    AtomicInteger ended = new AtomicInteger();
    OpenTelemetry slow =
        HookedSpans.of(
            () -> {
              startsSpan.countDown();
              awaitStubbornly(goOn);
            },
            ended::incrementAndGet);
    BackgroundWorkers workers = BackgroundWorkers.create(slow, WorkerOptions.defaults());
    BlockingTask body = BlockingTask.interruptible();
    DispatchedTask task = workers.dispatcher().dispatch("late", body);
    assertThat(startsSpan.await(10, TimeUnit.SECONDS)).isTrue();
    assertThat(workers.drain(Duration.ZERO))
        .succeedsWithin(Duration.ofSeconds(10))
        .satisfies(status -> assertThat(status.abandoned()).isEqualTo(1))
        .satisfies(status -> assertThat(status.stuck()).isEqualTo(1));
    assertThat(task.state()).isEqualTo(TaskState.ABANDONED);
    assertThat(ended).hasValue(0);
    goOn.countDown();
    assertThat(workers.pool.awaitRetired(10_000_000_000L)).isTrue();
    assertThat(body.wasStarted()).isFalse();
    assertThat(ended).hasValue(1);
    assertThat(workers.status().stuck()).isZero();
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

  private static void awaitStubbornly(CountDownLatch latch) {
    boolean open = false;
    while (!open) {
      try {
        open = latch.await(30, TimeUnit.SECONDS);
        assertThat(open).isTrue();
      } catch (InterruptedException e) {
        open = latch.getCount() == 0;
      }
    }
  }

  /** Stalls when it is asked for its class loader the second time, which is with a task in hand. */
  private static final class StallingThread extends Thread {
    private final CountDownLatch stalls;
    private final CountDownLatch goOn;
    private int asked;

    StallingThread(Runnable worker, CountDownLatch stalls, CountDownLatch goOn) {
      super(worker);
      this.stalls = stalls;
      this.goOn = goOn;
    }

    @Override
    public ClassLoader getContextClassLoader() {
      if (Thread.currentThread() == this && ++asked == 2) {
        stalls.countDown();
        awaitStubbornly(goOn);
      }
      return super.getContextClassLoader();
    }
  }

  private static void awaitInterrupt(CountDownLatch interrupted) {
    try {
      TimeUnit.SECONDS.sleep(30);
    } catch (InterruptedException e) {
      interrupted.countDown();
    }
  }
}
