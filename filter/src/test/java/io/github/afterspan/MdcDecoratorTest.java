// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan;

import static io.github.afterspan.Outcomes.outcome;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
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

  /** Seen by a task that nothing was put around, on the same thread. */
  @Test
  void leavesNothingOnThread() throws Exception {
    ExecutorService thread = Executors.newSingleThreadExecutor();
    try {
      BackgroundWorkers decorated = engine.workers(thread, o -> o.taskDecorator(mdc()));
      MDC.put("user", "alice");
      DispatchedTask first =
          decorated
              .dispatcher()
              .dispatch(
                  "first",
                  () -> {
                    MDC.put("step", "1");
                    throw new IllegalStateException("no");
                  });
      assertThat(outcome(first)).isEqualTo(TaskState.FAILED);
      BackgroundWorkers plain = engine.workers(thread, o -> o);
      assertThat(outcome(plain.dispatcher().dispatch("second", this::look)))
          .isEqualTo(TaskState.SUCCEEDED);
      assertThat(seen.get()).isNullOrEmpty();
    } finally {
      thread.shutdown();
    }
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
