// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan;

import static io.github.afterspan.Outcomes.outcome;
import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.context.Context;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** {@link DispatchedTask#current()}. */
@Timeout(60)
class CurrentTaskTest {

  @RegisterExtension final Engine engine = new Engine();

  private final AtomicReference<DispatchedTask> seen = new AtomicReference<>();

  @Test
  void isTheTaskWhoseBodyRuns() throws Exception {
    AtomicReference<TaskState> state = new AtomicReference<>();
    DispatchedTask task =
        engine
            .workers()
            .dispatcher()
            .dispatch(
                "task",
                () -> {
                  seen.set(DispatchedTask.current().orElseThrow());
                  state.set(seen.get().state());
                });
    assertThat(outcome(task)).isEqualTo(TaskState.SUCCEEDED);
    assertThat(seen.get()).isSameAs(task);
    assertThat(state.get()).isEqualTo(TaskState.RUNNING);
  }

  @Test
  void goesWhereverTheContextIsCarried() throws Exception {
    DispatchedTask task =
        engine
            .workers()
            .dispatcher()
            .dispatch(
                "task",
                () ->
                    CompletableFuture.runAsync(
                            Context.current()
                                .wrap(() -> seen.set(DispatchedTask.current().orElseThrow())))
                        .join());
    assertThat(outcome(task)).isEqualTo(TaskState.SUCCEEDED);
    assertThat(seen.get()).isSameAs(task);
  }

  @Test
  void isNone_outsideTask() {
    assertThat(DispatchedTask.current()).isEqualTo(Optional.empty());
  }

  @Test
  void canBeAskedByBody_whetherItWasStopped() throws Exception {
    AtomicBoolean stopped = new AtomicBoolean();
    BlockingTask gate = engine.blocking();
    BackgroundWorkers workers = engine.workers(o -> o.concurrency(1));
    DispatchedTask task =
        workers
            .dispatcher()
            .dispatch(
                "task",
                () -> {
                  try {
                    gate.run();
                  } catch (InterruptedException e) {
                    stopped.set(DispatchedTask.current().orElseThrow().state().isFinal());
                  }
                });
    gate.awaitStarted();
    assertThat(task.cancel()).isTrue();
    assertThat(outcome(workers.dispatcher().dispatch("next", () -> {})))
        .isEqualTo(TaskState.SUCCEEDED);
    assertThat(stopped).isTrue();
  }
}
