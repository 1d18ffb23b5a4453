// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan;

import static io.github.afterspan.Outcomes.outcome;
import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.context.ContextRegistry;
import io.micrometer.context.ContextSnapshot;
import io.micrometer.context.ContextSnapshotFactory;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The recipe for Micrometer's context-propagation, as the documentation gives it. */
@Timeout(60)
class MicrometerContextTest {

  private static final ThreadLocal<String> TENANT = new ThreadLocal<>();

  @RegisterExtension final Engine engine = new Engine();

  private final ContextRegistry registry =
      new ContextRegistry().registerThreadLocalAccessor("tenant", TENANT);

  @AfterEach
  void clear() {
    TENANT.remove();
  }

  /** What the documentation shows, with a registry of its own in place of the global one. */
  private TaskDecorator micrometer() {
    ContextSnapshotFactory snapshots =
        ContextSnapshotFactory.builder().contextRegistry(registry).build();
    return body -> {
      ContextSnapshot snapshot = snapshots.captureAll();
      return () -> {
        try (ContextSnapshot.Scope ignored = snapshot.setThreadLocals()) {
          body.run();
        }
      };
    };
  }

  @Test
  void carriesThreadLocals_andLeavesNoneOnWorker() throws Exception {
    BackgroundWorkers workers = engine.workers(o -> o.concurrency(1).taskDecorator(micrometer()));
    AtomicReference<String> seen = new AtomicReference<>();
    TENANT.set("blue");
    DispatchedTask first =
        workers
            .dispatcher()
            .dispatch(
                "first",
                () -> {
                  seen.set(TENANT.get());
                  throw new IllegalStateException("no");
                });
    assertThat(outcome(first)).isEqualTo(TaskState.FAILED);
    assertThat(seen.get()).isEqualTo("blue");
    TENANT.remove();
    DispatchedTask second = workers.dispatcher().dispatch("second", () -> seen.set(TENANT.get()));
    assertThat(outcome(second)).isEqualTo(TaskState.SUCCEEDED);
    assertThat(seen.get()).isNull();
  }

  @Test
  void capturesAtDispatch() throws Exception {
    BackgroundWorkers workers = engine.workers(o -> o.concurrency(1).taskDecorator(micrometer()));
    AtomicReference<String> seen = new AtomicReference<>();
    BlockingTask gate = engine.blocking();
    workers.dispatcher().dispatch("gate", gate);
    TENANT.set("blue");
    DispatchedTask task = workers.dispatcher().dispatch("task", () -> seen.set(TENANT.get()));
    TENANT.set("red");
    gate.release();
    assertThat(outcome(task)).isEqualTo(TaskState.SUCCEEDED);
    assertThat(seen.get()).isEqualTo("blue");
  }
}
