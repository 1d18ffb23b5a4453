// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan;

import static io.github.afterspan.Outcomes.outcome;
import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.baggage.Baggage;
import io.opentelemetry.context.Scope;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(60)
class BaggageTest {

  private static final Baggage TENANT = Baggage.builder().put("tenant", "blue").build();

  @RegisterExtension final Engine engine = new Engine();

  @ParameterizedTest
  @EnumSource(TraceMode.class)
  void isCurrentInTask_inEveryTraceMode(TraceMode mode) throws Exception {
    TaskOptions options = TaskOptions.named("task").traceMode(mode);
    assertThat(seenIn(engine.workers(), options)).isEqualTo(TENANT);
  }

  @Test
  void staysBehind_whenSwitchedOff() throws Exception {
    BackgroundWorkers workers = engine.workers(o -> o.baggage(false));
    assertThat(seenIn(workers, TaskOptions.named("task"))).isEqualTo(Baggage.empty());
  }

  @Test
  void isPassedOn_whenTaskDispatchesTask() throws Exception {
    BackgroundWorkers workers = engine.workers();
    AtomicReference<DispatchedTask> inner = new AtomicReference<>();
    AtomicReference<Baggage> seen = new AtomicReference<>();
    DispatchedTask outer;
    try (Scope ignored = TENANT.makeCurrent()) {
      outer =
          workers
              .dispatcher()
              .dispatch(
                  "outer",
                  () ->
                      inner.set(
                          workers
                              .dispatcher()
                              .dispatch("inner", () -> seen.set(Baggage.current()))));
    }
    assertThat(outcome(outer)).isEqualTo(TaskState.SUCCEEDED);
    assertThat(outcome(inner.get())).isEqualTo(TaskState.SUCCEEDED);
    assertThat(seen.get()).isEqualTo(TENANT);
  }

  private static Baggage seenIn(BackgroundWorkers workers, TaskOptions options) throws Exception {
    AtomicReference<Baggage> seen = new AtomicReference<>();
    DispatchedTask task;
    try (Scope ignored = TENANT.makeCurrent()) {
      task = workers.dispatcher().dispatch(options, () -> seen.set(Baggage.current()));
    }
    assertThat(outcome(task)).isEqualTo(TaskState.SUCCEEDED);
    return seen.get();
  }
}
