// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan;

import static io.github.afterspan.Outcomes.failure;
import static io.github.afterspan.Outcomes.outcome;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

@Timeout(60)
class CancelTest {

  @RegisterExtension final Engine engine = new Engine();

  @Test
  void queuedTask_neverRuns_andGivesItsPlaceBack() throws Exception {
    BackgroundWorkers workers = engine.workers(o -> o.concurrency(1).queueCapacity(1));
    BlockingTask busy = engine.blocking();
    workers.dispatcher().dispatch("busy", busy);
    busy.awaitStarted();
    AtomicInteger runs = new AtomicInteger();
    DispatchedTask task = workers.dispatcher().dispatch("queued", runs::incrementAndGet);
    assertThat(task.state()).isEqualTo(TaskState.QUEUED);
    assertThat(task.cancel()).isTrue();
    assertThat(task.cancel()).isFalse();
    assertThat(workers.pool.removeIf(left -> true)).as("left in the queue").isNull();
    assertCancelled(task, "queued");
    DispatchedTask next = workers.dispatcher().dispatch("next", () -> {});
    busy.release();
    assertThat(outcome(next)).isEqualTo(TaskState.SUCCEEDED);
    assertThat(runs).hasValue(0);
    assertThat(engine.spans("queued")).isEmpty();
    assertThat(workers.status().cancelled()).isEqualTo(1);
  }

  @Test
  void runningTask_isInterrupted_andItsSpanEndsAtOnce() throws Exception {
    BackgroundWorkers workers = engine.workers();
    BlockingTask body = engine.stubborn();
    DispatchedTask task = workers.dispatcher().dispatch("running", body);
    body.awaitStarted();
    assertThat(task.cancel()).isTrue();
    assertThat(task.cancel()).isFalse();
    SpanData span = engine.span("running");
    assertThat(span.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
    assertThat(span.getAttributes().get(AttributeKey.stringKey("error.type")))
        .isEqualTo("cancelled");
    assertCancelled(task, "running");
    body.awaitInterrupted();
    body.release();
    await().until(() -> workers.status().running() == 0);
    assertThat(task.state()).isEqualTo(TaskState.CANCELLED);
    assertThat(engine.spans("running")).hasSize(1);
  }

  @Test
  void awaitingTask_neverRuns() throws Exception {
    CompletableFuture<Boolean> response = new CompletableFuture<>();
    AtomicInteger runs = new AtomicInteger();
    DispatchedTask task =
        engine
            .workers()
            .dispatcher(response)
            .dispatch(
                TaskOptions.named("awaiting").startMode(StartMode.AFTER_RESPONSE),
                runs::incrementAndGet);
    assertThat(task.cancel()).isTrue();
    assertCancelled(task, "awaiting");
    response.complete(true);
    assertThat(runs).hasValue(0);
  }

  @Test
  void finishedTask_keepsItsOutcome() throws Exception {
    DispatchedTask succeeded = engine.workers().dispatcher().dispatch("task", () -> {});
    assertThat(outcome(succeeded)).isEqualTo(TaskState.SUCCEEDED);
    assertThat(succeeded.cancel()).isFalse();
    assertThat(succeeded.state()).isEqualTo(TaskState.SUCCEEDED);
    DispatchedTask failed =
        engine
            .workers()
            .dispatcher()
            .dispatch(
                "task",
                () -> {
                  throw new IllegalStateException("no");
                });
    assertThat(outcome(failed)).isEqualTo(TaskState.FAILED);
    assertThat(failed.cancel()).isFalse();
    assertThat(failed.state()).isEqualTo(TaskState.FAILED);
  }

  @Test
  void fromInsideBody_interruptsBody_andNotTheNextTask() throws Exception {
    BackgroundWorkers workers = engine.workers(o -> o.concurrency(1));
    AtomicReference<DispatchedTask> self = new AtomicReference<>();
    AtomicBoolean interrupted = new AtomicBoolean();
    CountDownLatch known = new CountDownLatch(1);
    DispatchedTask task =
        workers
            .dispatcher()
            .dispatch(
                "self",
                () -> {
                  known.await();
                  self.get().cancel();
                  interrupted.set(Thread.currentThread().isInterrupted());
                });
    self.set(task);
    known.countDown();
    assertCancelled(task, "self");
    AtomicBoolean next = new AtomicBoolean(true);
    assertThat(
            outcome(
                workers
                    .dispatcher()
                    .dispatch("next", () -> next.set(Thread.currentThread().isInterrupted()))))
        .isEqualTo(TaskState.SUCCEEDED);
    assertThat(interrupted).isTrue();
    assertThat(next).isFalse();
    assertThat(engine.spans("self")).hasSize(1);
  }

  /** The first of several outcomes that compete is the one; the others are not heard of. */
  @Test
  void bodyThatFailsAfterwards_changesNothing() throws Exception {
    BackgroundWorkers workers = engine.workers(o -> o.concurrency(1));
    BlockingTask body = engine.blocking();
    DispatchedTask task = workers.dispatcher().dispatch("task", body);
    body.awaitStarted();
    assertThat(task.cancel()).isTrue();
    assertThat(outcome(workers.dispatcher().dispatch("next", () -> {})))
        .isEqualTo(TaskState.SUCCEEDED);
    assertCancelled(task, "task");
    assertThat(workers.status().failed()).isZero();
    assertThat(engine.log().warnings("\"task\"")).isEmpty();
  }

  private static void assertCancelled(DispatchedTask task, String name) throws Exception {
    assertThat(failure(task))
        .isInstanceOf(CancellationException.class)
        .hasMessage("task \"" + name + "\" was cancelled");
    assertThat(task.state()).isEqualTo(TaskState.CANCELLED);
    assertThat(task.completion().toCompletableFuture()).failsWithin(1, TimeUnit.SECONDS);
  }
}
