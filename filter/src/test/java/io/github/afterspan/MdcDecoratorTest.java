// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan;

import static io.github.afterspan.Outcomes.outcome;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.slf4j.MDC;

@Timeout(60)
class MdcDecoratorTest {

  @RegisterExtension final Engine engine = new Engine();

  private final AtomicReference<Map<String, String>> seen = new AtomicReference<>();

  @AfterEach
  void clear() {
    MDC.clear();
  }

  @Test
  void carriesWhatWasThereAtDispatch() throws Exception {
    BackgroundWorkers workers = workers();
    MDC.put("user", "alice");
    BlockingTask gate = engine.blocking();
    workers.dispatcher().dispatch("gate", gate);
    DispatchedTask task = workers.dispatcher().dispatch("task", this::look);
    MDC.put("user", "bob");
    gate.release();
    assertThat(outcome(task)).isEqualTo(TaskState.SUCCEEDED);
    assertThat(seen.get()).isEqualTo(Map.of("user", "alice"));
  }

  @Test
  void leavesNothingOnWorker() throws Exception {
    BackgroundWorkers workers = workers();
    MDC.put("user", "alice");
    DispatchedTask first =
        workers
            .dispatcher()
            .dispatch(
                "first",
                () -> {
                  MDC.put("step", "1");
                  throw new IllegalStateException("no");
                });
    assertThat(outcome(first)).isEqualTo(TaskState.FAILED);
    MDC.clear();
    DispatchedTask second = workers.dispatcher().dispatch("second", this::look);
    assertThat(outcome(second)).isEqualTo(TaskState.SUCCEEDED);
    assertThat(seen.get()).isNullOrEmpty();
  }

  /** On the calling thread there is something to put back. */
  @Test
  void restoresWhatThreadHadBefore() throws Exception {
    BackgroundWorkers workers = engine.workers(Runnable::run, o -> o.taskDecorator(mdc()));
    MDC.put("user", "alice");
    DispatchedTask task =
        workers.dispatcher().dispatch("task", () -> MDC.put("user", "somebody else"));
    assertThat(task.state()).isEqualTo(TaskState.SUCCEEDED);
    assertThat(MDC.getCopyOfContextMap()).isEqualTo(Map.of("user", "alice"));
  }

  private BackgroundWorkers workers() {
    return engine.workers(o -> o.concurrency(1).taskDecorator(mdc()));
  }

  private static TaskDecorator mdc() {
    return TaskDecorator.mdc();
  }

  private void look() {
    seen.set(MDC.getCopyOfContextMap());
  }
}
