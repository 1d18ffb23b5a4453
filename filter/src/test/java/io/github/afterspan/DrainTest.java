// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan;

import static io.github.afterspan.Outcomes.failure;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.afterspan.BackgroundWorkers.Status;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

@Timeout(60)
class DrainTest {

  private static final AttributeKey<String> ERROR_TYPE = AttributeKey.stringKey("error.type");

  @RegisterExtension final Engine engine = new Engine();

  @Test
  void letsAcceptedTasksFinish_theQueuedOnesToo() throws Exception {
    BackgroundWorkers workers = engine.workers(o -> o.concurrency(1));
    AtomicInteger runs = new AtomicInteger();
    BlockingTask gate = engine.blocking();
    List<DispatchedTask> tasks = new ArrayList<>();
    tasks.add(workers.dispatcher().dispatch("gate", gate));
    for (int i = 0; i < 20; i++) {
      tasks.add(workers.dispatcher().dispatch("task", runs::incrementAndGet));
    }
    CompletableFuture<Status> drained = workers.drain(Duration.ofSeconds(30));
    gate.release();
    assertThat(drained.get(30, TimeUnit.SECONDS).succeeded()).isEqualTo(21);
    assertThat(tasks).extracting(DispatchedTask::state).containsOnly(TaskState.SUCCEEDED);
    assertThat(runs).hasValue(20);
    assertThat(gate.wasInterrupted()).isFalse();
  }

  /** By what depends on a task that the drain skips, and runs on the thread of the drain. */
  @Test
  void stopsTasksAtOnce_whenItIsInterruptedWhileItWaits() throws Exception {
    BackgroundWorkers workers = engine.workers(o -> o.concurrency(1));
    BlockingTask body = engine.blocking();
    DispatchedTask running = workers.dispatcher().dispatch("running", body);
    body.awaitStarted();
    DispatchedTask queued = workers.dispatcher().dispatch("queued", () -> {});
    TaskOptions options =
        TaskOptions.named("skipped").startMode(StartMode.AFTER_SUCCESSFUL_RESPONSE);
    DispatchedTask skipped =
        workers.dispatcher(new CompletableFuture<>()).dispatch(options, () -> {});
    var unused =
        skipped.completion().whenComplete((done, thrown) -> Thread.currentThread().interrupt());
    workers.drain(Duration.ofDays(1)).get(30, TimeUnit.SECONDS);
    assertThat(skipped.state()).isEqualTo(TaskState.SKIPPED);
    assertThat(queued.state()).isEqualTo(TaskState.ABANDONED);
    assertThat(running.state()).isEqualTo(TaskState.CANCELLED);
    assertThat(engine.log().warnings("the drain was interrupted, and could not wait for the tasks"))
        .hasSize(1);
  }

  @Test
  void isQuick_whenThereIsNothingToDo() throws Exception {
    BackgroundWorkers workers = engine.workers();
    assertThat(workers.drain(Duration.ofSeconds(40)).get(30, TimeUnit.SECONDS).running()).isZero();
  }

  @Test
  void abandonsQueuedTask_whenTimeIsUp() throws Exception {
    BackgroundWorkers workers = engine.workers(o -> o.concurrency(1));
    workers.dispatcher().dispatch("busy", engine.blocking());
    AtomicInteger runs = new AtomicInteger();
    DispatchedTask task = workers.dispatcher().dispatch("queued", runs::incrementAndGet);
    workers.drain(Duration.ofMillis(50)).get(30, TimeUnit.SECONDS);
    assertThat(task.state()).isEqualTo(TaskState.ABANDONED);
    assertThat(failure(task))
        .isInstanceOf(CancellationException.class)
        .hasMessage("task \"queued\" was abandoned: it had not started when the drain ended");
    assertThat(runs).hasValue(0);
    assertThat(engine.spans("queued")).isEmpty();
    assertThat(
            engine
                .log()
                .warnings(
                    "task \"queued\" (no trace) was abandoned: it had not started when the drain"
                        + " ended"))
        .hasSize(1);
  }

  @Test
  void interruptsRunningTask_whenTimeIsUp_andItIsCancelledIfItGivesWay() throws Exception {
    BackgroundWorkers workers = engine.workers();
    BlockingTask body = engine.blocking();
    DispatchedTask task = workers.dispatcher().dispatch("running", body);
    body.awaitStarted();
    Status last = workers.drain(Duration.ofMillis(50)).get(30, TimeUnit.SECONDS);
    assertThat(task.state()).isEqualTo(TaskState.CANCELLED);
    assertThat(last.cancelled()).isEqualTo(1);
    assertThat(last.running()).isZero();
    assertThat(failure(task))
        .isInstanceOf(CancellationException.class)
        .hasMessage("task \"running\" was cancelled: the drain asked it to stop")
        .hasCauseInstanceOf(InterruptedException.class);
    SpanData span = engine.span("running");
    assertThat(span.getAttributes().get(ERROR_TYPE)).isEqualTo("cancelled");
    assertThat(
            engine
                .log()
                .warnings(
                    "task \"running\" (trace "
                        + span.getTraceId()
                        + ") was cancelled: task \"running\" was cancelled: the drain asked it to"
                        + " stop"))
        .hasSize(1);
  }

  @Test
  void runningTaskThatFinishesAllTheSame_succeeds() throws Exception {
    BackgroundWorkers workers = engine.workers();
    BlockingTask body = engine.stubborn();
    DispatchedTask task = workers.dispatcher().dispatch("running", body);
    body.awaitStarted();
    CompletableFuture<Status> drained = workers.drain(Duration.ZERO);
    body.awaitInterrupted();
    body.release();
    assertThat(drained.get(30, TimeUnit.SECONDS).succeeded()).isEqualTo(1);
    assertThat(task.state()).isEqualTo(TaskState.SUCCEEDED);
    assertThat(engine.span("running").getStatus().getStatusCode()).isEqualTo(StatusCode.UNSET);
  }

  @Test
  void abandonsStubbornTask_withItsStack_andEndsItsSpan() throws Exception {
    BackgroundWorkers workers = engine.workers();
    BlockingTask body = engine.stubborn();
    DispatchedTask task = workers.dispatcher().dispatch("stubborn", body);
    body.awaitStarted();
    Status last = workers.drain(Duration.ZERO).get(30, TimeUnit.SECONDS);
    assertThat(task.state()).isEqualTo(TaskState.ABANDONED);
    assertThat(last.abandoned()).isEqualTo(1);
    assertThat(last.running()).isEqualTo(1);
    assertThat(failure(task))
        .isInstanceOf(CancellationException.class)
        .hasMessage("task \"stubborn\" was abandoned: it was still running when the drain ended");
    SpanData span = engine.span("stubborn");
    assertThat(span.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
    assertThat(span.getAttributes().get(ERROR_TYPE)).isEqualTo("abandoned");
    List<String> lines = engine.log().warnings("was abandoned");
    assertThat(lines).hasSize(1);
    assertThat(lines.get(0))
        .contains("task \"stubborn\" (trace " + span.getTraceId() + ") was abandoned")
        .contains(BlockingTask.class.getName() + ".run");
    assertThat(engine.log().warnings("1 threads are still in a task, and are left")).hasSize(1);
    body.release();
    assertThat(task.state()).isEqualTo(TaskState.ABANDONED);
  }

  @Test
  void zeroTimeout_stopsEverythingAtOnce() throws Exception {
    BackgroundWorkers workers = engine.workers(o -> o.concurrency(1));
    BlockingTask body = engine.blocking();
    DispatchedTask running = workers.dispatcher().dispatch("running", body);
    body.awaitStarted();
    DispatchedTask queued = workers.dispatcher().dispatch("queued", () -> {});
    workers.drain(Duration.ZERO).get(30, TimeUnit.SECONDS);
    assertThat(running.state()).isEqualTo(TaskState.CANCELLED);
    assertThat(queued.state()).isEqualTo(TaskState.ABANDONED);
  }

  @Test
  void happensOnce_andEveryCallerGetsTheSameResult() throws Exception {
    AtomicInteger flushes = new AtomicInteger();
    BackgroundWorkers workers =
        engine.workers(
            o ->
                o.flush(
                    within -> {
                      flushes.incrementAndGet();
                      return true;
                    }));
    BlockingTask body = engine.blocking();
    workers.dispatcher().dispatch("running", body);
    CompletableFuture<Status> first = workers.drain(Duration.ofSeconds(30));
    CompletableFuture<Status> second = workers.drain(Duration.ZERO);
    assertThat(first.cancel(true)).isTrue();
    body.awaitStarted();
    assertThat(body.wasInterrupted()).isFalse();
    assertThat(second).isNotDone();
    body.release();
    Status status = second.get(30, TimeUnit.SECONDS);
    assertThat(status.succeeded()).isEqualTo(1);
    assertThat(workers.drain(Duration.ofSeconds(1)).get(30, TimeUnit.SECONDS)).isSameAs(status);
    workers.close();
    assertThat(flushes).hasValue(1);
  }

  @Test
  void refusesBadTimeout() {
    BackgroundWorkers workers = engine.workers();
    assertThatThrownBy(() -> workers.drain(Duration.ofSeconds(-1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("timeout must not be negative, was PT-1S");
    assertThatThrownBy(() -> workers.drain(null))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("timeout");
    assertThat(workers.capacity.isDraining()).isFalse();
  }

  @Test
  void taskThatDispatchesDuringDrain_isRefusedAndGoesOn() throws Exception {
    BackgroundWorkers workers = engine.workers();
    BlockingTask gate = engine.blocking();
    AtomicReference<Throwable> refused = new AtomicReference<>();
    DispatchedTask task =
        workers
            .dispatcher()
            .dispatch(
                "outer",
                () -> {
                  gate.run();
                  try {
                    workers.dispatcher().dispatch("inner", () -> {});
                  } catch (DispatchRejectedException e) {
                    refused.set(e);
                  }
                });
    gate.awaitStarted();
    CompletableFuture<Status> drained = workers.drain(Duration.ofSeconds(30));
    org.awaitility.Awaitility.await().until(workers.capacity::isDraining);
    gate.release();
    assertThat(drained.get(30, TimeUnit.SECONDS).succeeded()).isEqualTo(1);
    assertThat(task.state()).isEqualTo(TaskState.SUCCEEDED);
    assertThat(refused.get()).isInstanceOf(DispatchRejectedException.class);
  }
}
