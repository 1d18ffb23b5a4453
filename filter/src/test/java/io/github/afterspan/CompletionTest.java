// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan;

import static io.github.afterspan.Outcomes.failure;
import static io.github.afterspan.Outcomes.outcome;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

@Timeout(60)
class CompletionTest {

  @RegisterExtension final Engine engine = new Engine();

  @Test
  void completesWithNull_whenBodyReturns() throws Exception {
    DispatchedTask task = engine.workers().dispatcher().dispatch("task", () -> {});
    Object value = task.completion().toCompletableFuture().get(30, TimeUnit.SECONDS);
    assertThat(value).isNull();
    assertThat(task.completion().toCompletableFuture()).isCompletedWithValue(null);
  }

  @Test
  void completesWithWhatBodyThrew_alsoForThoseWhoAskLater() throws Exception {
    IllegalStateException thrown = new IllegalStateException("no");
    DispatchedTask task =
        engine
            .workers()
            .dispatcher()
            .dispatch(
                "task",
                () -> {
                  throw thrown;
                });
    assertThat(failure(task)).isSameAs(thrown);
    assertThat(failure(task)).isSameAs(thrown);
  }

  /** Whoever waits for a task and then looks at its span must find it. */
  @Test
  void completesOnlyAfterSpanEndedAndTaskWasCounted() throws Exception {
    BackgroundWorkers workers = engine.workers();
    for (int i = 0; i < 500; i++) {
      DispatchedTask task = workers.dispatcher().dispatch("task" + i, () -> {});
      while (!task.state().isFinal()) {
        Thread.onSpinWait();
      }
      assertThat(outcome(task)).isEqualTo(TaskState.SUCCEEDED);
      assertThat(engine.spans("task" + i)).hasSize(1);
      assertThat(workers.status().succeeded()).isEqualTo(i + 1);
    }
  }

  @Test
  void isNotComplete_whileTaskIsUnfinished() throws Exception {
    BlockingTask body = engine.blocking();
    DispatchedTask task = engine.workers().dispatcher().dispatch("task", body);
    body.awaitStarted();
    CompletableFuture<Void> completion = task.completion().toCompletableFuture();
    assertThat(completion).isNotDone();
    body.release();
    assertThat(completion).succeedsWithin(30, TimeUnit.SECONDS);
  }

  @Test
  void staysAsItIs_whenSomebodyCompletesItByHand() throws Exception {
    BlockingTask body = engine.blocking();
    DispatchedTask task = engine.workers().dispatcher().dispatch("task", body);
    body.awaitStarted();
    assertThat(task.completion().toCompletableFuture().completeExceptionally(new Error())).isTrue();
    assertThat(task.completion().toCompletableFuture()).isNotDone();
    assertThat(task.state()).isEqualTo(TaskState.RUNNING);
    body.release();
    assertThat(outcome(task)).isEqualTo(TaskState.SUCCEEDED);
  }

  @Test
  void dependentActionThatThrows_touchesNothingElse() throws Exception {
    BackgroundWorkers workers = engine.workers(o -> o.concurrency(1));
    BlockingTask body = engine.blocking();
    DispatchedTask task = workers.dispatcher().dispatch("task", body);
    CompletableFuture<Object> dependent =
        task.completion().handle((done, failure) -> alwaysThrows()).toCompletableFuture();
    body.release();
    assertThatThrownBy(() -> dependent.get(30, TimeUnit.SECONDS))
        .hasRootCauseMessage("dependent action");
    assertThat(task.state()).isEqualTo(TaskState.SUCCEEDED);
    assertThat(outcome(workers.dispatcher().dispatch("next", () -> {})))
        .isEqualTo(TaskState.SUCCEEDED);
  }

  /** The place is given back only when the thread is; so a full house is still full then. */
  @Test
  void dispatchFromDependentAction_countsAgainstCapacity() throws Exception {
    BackgroundWorkers workers = engine.workers(o -> o.concurrency(1).queueCapacity(0));
    BlockingTask body = engine.blocking();
    DispatchedTask task = workers.dispatcher().dispatch("task", body);
    CompletableFuture<DispatchedTask> second =
        task.completion()
            .thenApply(done -> workers.dispatcher().dispatch("second", () -> {}))
            .toCompletableFuture();
    body.release();
    assertThatThrownBy(() -> second.get(30, TimeUnit.SECONDS))
        .hasCauseInstanceOf(DispatchRejectedException.class);
  }

  @Test
  void dispatchFromDependentAction_isAccepted_whenThereIsRoom() throws Exception {
    BackgroundWorkers workers = engine.workers(o -> o.concurrency(1).queueCapacity(1));
    BlockingTask body = engine.blocking();
    DispatchedTask task = workers.dispatcher().dispatch("task", body);
    CountDownLatch ran = new CountDownLatch(1);
    CompletableFuture<DispatchedTask> second =
        task.completion()
            .thenApply(done -> workers.dispatcher().dispatch("second", ran::countDown))
            .toCompletableFuture();
    body.release();
    assertThat(outcome(second.get(30, TimeUnit.SECONDS))).isEqualTo(TaskState.SUCCEEDED);
    assertThat(ran.getCount()).isZero();
  }

  @Test
  void toStringTellsNameAndState() throws Exception {
    DispatchedTask task = engine.workers().dispatcher().dispatch("mail", () -> {});
    assertThat(outcome(task)).isEqualTo(TaskState.SUCCEEDED);
    assertThat(task).hasToString("DispatchedTask{name=mail, state=SUCCEEDED}");
    assertThat(task.name()).isEqualTo("mail");
  }

  private static Object alwaysThrows() {
    throw new IllegalStateException("dependent action");
  }
}
