// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan;

import static io.github.afterspan.Outcomes.outcome;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

@Timeout(60)
class CloseTest {

  @RegisterExtension final Engine engine = new Engine();

  @Test
  void waitsForAcceptedTasks() throws Exception {
    BackgroundWorkers workers = engine.workers();
    BlockingTask body = engine.blocking();
    DispatchedTask task = workers.dispatcher().dispatch("task", body);
    body.awaitStarted();
    CompletableFuture<Void> closed = CompletableFuture.runAsync(workers::close);
    await().until(workers.capacity::isDraining);
    assertThat(closed).isNotDone();
    body.release();
    assertThat(closed).succeedsWithin(30, TimeUnit.SECONDS);
    assertThat(task.state()).isEqualTo(TaskState.SUCCEEDED);
  }

  @Test
  void leavesNoThreadBehind() throws Exception {
    BackgroundWorkers workers = engine.workers(o -> o.concurrency(4).flush(within -> true));
    CountDownLatch together = new CountDownLatch(4);
    for (int i = 0; i < 4; i++) {
      workers
          .dispatcher()
          .dispatch(
              "task",
              () -> {
                together.countDown();
                together.await();
              });
    }
    TaskOptions slow = TaskOptions.named("slow").timeout(Duration.ofMillis(50));
    assertThat(outcome(workers.dispatcher().dispatch(slow, engine.blocking())))
        .isEqualTo(TaskState.TIMED_OUT);
    assertThat(threads(workers)).hasSizeGreaterThanOrEqualTo(5);
    workers.close();
    assertThat(threads(workers)).isEmpty();
  }

  @Test
  void leavesNoThreadBehind_whenNothingEverRan() {
    BackgroundWorkers workers = engine.workers();
    assertThat(threads(workers)).hasSize(1);
    workers.close();
    assertThat(threads(workers)).isEmpty();
  }

  /** A container looks for leaked threads as soon as this returns. */
  @Test
  void waitsForTheDrainsOwnThread() throws Exception {
    BackgroundWorkers workers = engine.workers();
    BlockingTask body = engine.blocking();
    workers.dispatcher().dispatch("task", body);
    CompletableFuture<Void> lastSteps = keepDrainsThreadForAWhile(workers);
    body.release();
    workers.close();
    assertThat(threads(workers)).isEmpty();
    assertThat(lastSteps).isDone();
  }

  @Test
  void threadOfAbandonedTaskEnds_whenItsBodyReturns() throws Exception {
    BackgroundWorkers workers = engine.workers(o -> o.drainTimeout(Duration.ZERO));
    BlockingTask body = engine.stubborn();
    workers.dispatcher().dispatch("stubborn", body);
    body.awaitStarted();
    workers.close();
    assertThat(threads(workers)).hasSize(1);
    body.release();
    await().atMost(30, TimeUnit.SECONDS).until(() -> threads(workers).isEmpty());
  }

  @Test
  void takesDrainTimeoutOfOptions() throws Exception {
    BackgroundWorkers workers = engine.workers(o -> o.drainTimeout(Duration.ZERO));
    BlockingTask body = engine.blocking();
    DispatchedTask task = workers.dispatcher().dispatch("task", body);
    body.awaitStarted();
    assertThat(WorkerOptions.defaults().drainTimeout()).isEqualTo(Duration.ofSeconds(10));
    assertThat(CompletableFuture.runAsync(workers::close)).succeedsWithin(9, TimeUnit.SECONDS);
    assertThat(task.state()).isEqualTo(TaskState.CANCELLED);
  }

  @Test
  void interruptOfClosingThreadIsKept_andDoesNotCutTheDrainShort() throws Exception {
    BackgroundWorkers workers = engine.workers();
    BlockingTask body = engine.blocking();
    DispatchedTask task = workers.dispatcher().dispatch("task", body);
    AtomicReference<Boolean> interrupted = new AtomicReference<>();
    Thread closing =
        new Thread(
            () -> {
              Thread.currentThread().interrupt();
              workers.close();
              interrupted.set(Thread.currentThread().isInterrupted());
            });
    CompletableFuture<Void> kept = keepDrainsThreadForAWhile(workers);
    closing.start();
    await().until(() -> closing.getState() == Thread.State.WAITING);
    body.awaitStarted().release();
    closing.join(30_000);
    assertThat(kept).succeedsWithin(30, TimeUnit.SECONDS);
    assertThat(task.state()).isEqualTo(TaskState.SUCCEEDED);
    assertThat(interrupted.get()).isTrue();
  }

  /** A mistake; it must end, and tell. */
  @Test
  void fromInsideTask_endsWithThatTaskAbandoned() throws Exception {
    BackgroundWorkers workers = engine.workers(o -> o.drainTimeout(Duration.ofMillis(100)));
    CountDownLatch returned = new CountDownLatch(1);
    DispatchedTask task =
        workers
            .dispatcher()
            .dispatch(
                "closer",
                () -> {
                  workers.close();
                  returned.countDown();
                });
    assertThat(returned.await(30, TimeUnit.SECONDS)).isTrue();
    assertThat(outcome(task)).isEqualTo(TaskState.ABANDONED);
    assertThat(engine.log().warnings("task \"closer\"")).hasSize(1);
    assertThat(engine.spans("closer")).hasSize(1);
    await().atMost(30, TimeUnit.SECONDS).until(() -> threads(workers).isEmpty());
  }

  @Test
  void toStringTellsName() {
    assertThat(engine.workers(o -> o.name("mail"))).hasToString("BackgroundWorkers{name=mail}");
  }

  private static CompletableFuture<Void> keepDrainsThreadForAWhile(BackgroundWorkers workers) {
    return workers
        .drain(Duration.ofSeconds(30))
        .thenRun(() -> LockSupport.parkNanos(Duration.ofMillis(300).toNanos()));
  }

  private static List<String> threads(BackgroundWorkers workers) {
    String prefix = "afterspan-" + workers.options.name() + "-";
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(name -> name.startsWith(prefix))
        .sorted()
        .toList();
  }
}
