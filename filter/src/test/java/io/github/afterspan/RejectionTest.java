// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan;

import static io.github.afterspan.Outcomes.outcome;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import io.github.afterspan.DispatchRejectedException.Reason;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

@Timeout(60)
class RejectionTest {

  @RegisterExtension final Engine engine = new Engine();

  private final AtomicInteger runs = new AtomicInteger();

  @Test
  void queueFull_tellsNumbers_andNothingOfTaskRuns() throws Exception {
    BackgroundWorkers workers = engine.workers(o -> o.name("mail").concurrency(1).queueCapacity(1));
    BlockingTask busy = engine.blocking();
    workers.dispatcher().dispatch("busy", busy);
    busy.awaitStarted();
    DispatchedTask queued = workers.dispatcher().dispatch("queued", () -> {});
    DispatchRejectedException rejected = rejected(workers);
    assertThat(rejected.reason()).isEqualTo(Reason.QUEUE_FULL);
    assertThat(rejected)
        .isInstanceOf(RejectedExecutionException.class)
        .hasNoCause()
        .hasMessage(
            "workers \"mail\" rejected task \"task\": queue full (running=1/1, waiting=1,"
                + " queueCapacity=1)");
    busy.release();
    assertThat(outcome(queued)).isEqualTo(TaskState.SUCCEEDED);
    await().until(() -> workers.capacity.accepted() == 0);
    assertThat(outcome(workers.dispatcher().dispatch("next", () -> {})))
        .isEqualTo(TaskState.SUCCEEDED);
    assertThat(runs).hasValue(0);
    assertThat(engine.spans("task")).isEmpty();
    assertThat(workers.status().rejected()).isEqualTo(1);
  }

  @Test
  void zeroQueueCapacity_acceptsWhatCanStartAtOnce() throws Exception {
    BackgroundWorkers workers = engine.workers(o -> o.concurrency(2).queueCapacity(0));
    workers.dispatcher().dispatch("busy", engine.blocking());
    workers.dispatcher().dispatch("busy", engine.blocking());
    assertThat(rejected(workers).reason()).isEqualTo(Reason.QUEUE_FULL);
  }

  @Test
  void refusesWhileDraining_andAfterwards() throws Exception {
    BackgroundWorkers workers = engine.workers(o -> o.name("mail"));
    BlockingTask busy = engine.blocking();
    DispatchedTask accepted = workers.dispatcher().dispatch("busy", busy);
    busy.awaitStarted();
    CompletableFuture<BackgroundWorkers.Status> drained = workers.drain(Duration.ofSeconds(30));
    await().until(workers.capacity::isDraining);
    DispatchRejectedException draining = rejected(workers);
    assertThat(draining.reason()).isEqualTo(Reason.DRAINING);
    assertThat(draining)
        .hasMessage(
            "workers \"mail\" rejected task \"task\": draining; no further tasks are accepted");
    busy.release();
    assertThat(drained).succeedsWithin(Duration.ofSeconds(30));
    assertThat(accepted.state()).isEqualTo(TaskState.SUCCEEDED);
    DispatchRejectedException closed = rejected(workers);
    assertThat(closed.reason()).isEqualTo(Reason.CLOSED);
    assertThat(closed)
        .hasMessage(
            "workers \"mail\" rejected task \"task\": closed; no further tasks are accepted");
    assertThat(runs).hasValue(0);
    assertThat(workers.status().rejected()).isEqualTo(2);
  }

  @Test
  void refusesTaskThatWouldAwaitResponse_too() {
    BackgroundWorkers workers = engine.workers();
    BackgroundDispatcher dispatcher = workers.dispatcher(new CompletableFuture<>());
    workers.close();
    TaskOptions after = TaskOptions.named("task").startMode(StartMode.AFTER_RESPONSE);
    assertThat(
            catchThrowableOfType(
                    DispatchRejectedException.class,
                    () -> dispatcher.dispatch(after, runs::incrementAndGet))
                .reason())
        .isEqualTo(Reason.CLOSED);
  }

  @Test
  void isLoggedOncePerInterval_withCount() {
    BackgroundWorkers workers = engine.workers(o -> o.name("mail"));
    workers.close();
    rejected(workers);
    String line = "workers \"mail\" rejected task \"task\": closed; no further tasks are accepted";
    assertThat(engine.log().warnings("rejected")).containsExactly(line);
    for (int i = 0; i < 5; i++) {
      rejected(workers);
    }
    workers.log.logRejections(System.nanoTime() + Duration.ofSeconds(9).toNanos());
    assertThat(engine.log().warnings("rejected")).hasSize(1);
    workers.log.logRejections(System.nanoTime() + Duration.ofSeconds(10).toNanos());
    assertThat(engine.log().warnings("rejected"))
        .containsExactly(line, "workers \"mail\" rejected 5 tasks; the last: " + line);
    workers.log.logRejections(System.nanoTime() + Duration.ofSeconds(100).toNanos());
    assertThat(engine.log().warnings("rejected")).hasSize(2);
  }

  @Test
  void restIsLogged_atClose() throws Exception {
    BackgroundWorkers workers = engine.workers(o -> o.concurrency(1).queueCapacity(0));
    BlockingTask busy = engine.blocking();
    workers.dispatcher().dispatch("busy", busy);
    busy.awaitStarted();
    for (int i = 0; i < 4; i++) {
      rejected(workers);
    }
    assertThat(engine.log().warnings("rejected")).hasSize(1);
    busy.release();
    workers.close();
    assertThat(engine.log().warnings("rejected 3 tasks; the last: ")).hasSize(1);
  }

  @Test
  void watchdogStaysAwake_whileSomeAreToBeLogged() throws Exception {
    BackgroundWorkers workers = engine.workers(o -> o.concurrency(1).queueCapacity(0));
    BlockingTask busy = engine.blocking();
    DispatchedTask running = workers.dispatcher().dispatch("busy", busy);
    rejected(workers);
    rejected(workers);
    busy.release();
    assertThat(outcome(running)).isEqualTo(TaskState.SUCCEEDED);
    await()
        .during(Duration.ofSeconds(2))
        .atMost(Duration.ofSeconds(30))
        .until(() -> !workers.pool.isDozing());
  }

  private DispatchRejectedException rejected(BackgroundWorkers workers) {
    return catchThrowableOfType(
        DispatchRejectedException.class,
        () -> workers.dispatcher().dispatch("task", runs::incrementAndGet));
  }
}
