// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan;

import static io.github.afterspan.Outcomes.outcome;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opentelemetry.api.OpenTelemetry;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is refused at the call; none of it costs a place or a worker. */
@Timeout(60)
class BadInputTest {

  private static final BackgroundTask NOTHING = () -> {};

  @RegisterExtension final Engine engine = new Engine();

  private final BackgroundWorkers workers = engine.workers(o -> o.concurrency(1).queueCapacity(0));
  private final BackgroundDispatcher dispatcher = workers.dispatcher();

  @AfterEach
  void stillWorks() throws Exception {
    assertThat(workers.capacity.accepted()).isZero();
    assertThat(workers.status().rejected()).isZero();
    assertThat(outcome(dispatcher.dispatch("next", NOTHING))).isEqualTo(TaskState.SUCCEEDED);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "\t\n"})
  void blankName(String name) {
    assertThatThrownBy(() -> dispatcher.dispatch(name, NOTHING))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("name must not be blank, was \"" + name + "\"");
  }

  @Test
  void nullArguments() {
    assertNull(() -> dispatcher.dispatch((String) null, NOTHING), "name");
    assertNull(() -> dispatcher.dispatch((TaskOptions) null, NOTHING), "options");
    assertNull(() -> dispatcher.dispatch("task", null), "task");
    assertNull(() -> dispatcher.dispatch(TaskOptions.named("task"), null), "task");
    assertNull(() -> workers.dispatcher(null), "response");
    OpenTelemetry telemetry = engine.openTelemetry();
    WorkerOptions options = WorkerOptions.defaults();
    assertNull(() -> BackgroundWorkers.create(null, options), "openTelemetry");
    assertNull(() -> BackgroundWorkers.create(telemetry, null), "options");
    assertNull(() -> BackgroundWorkers.create(telemetry, options, null), "executor");
    assertNull(() -> BackgroundWorkers.create(null, options, Runnable::run), "openTelemetry");
    assertNull(() -> BackgroundWorkers.create(telemetry, null, Runnable::run), "options");
    assertNull(() -> BackgroundWorkers.onCallingThread(null), "openTelemetry");
    assertNull(
        () -> BackgroundWorkers.onCallingThread(null, WorkerOptions.defaults()), "openTelemetry");
    assertNull(() -> BackgroundWorkers.onCallingThread(OpenTelemetry.noop(), null), "options");
  }

  @Test
  void nullSuccessOfResponse_isNoSuccess() throws Exception {
    CompletableFuture<Boolean> response = new CompletableFuture<>();
    TaskOptions afterSuccess =
        TaskOptions.named("task").startMode(StartMode.AFTER_SUCCESSFUL_RESPONSE);
    DispatchedTask task = workers.dispatcher(response).dispatch(afterSuccess, NOTHING);
    response.complete(null);
    assertThat(outcome(task)).isEqualTo(TaskState.SKIPPED);
  }

  @Test
  void dispatchFromTaskThatFails_isAccepted() throws Exception {
    BackgroundWorkers two = engine.workers(o -> o.concurrency(1).queueCapacity(1));
    AtomicReference<DispatchedTask> inner = new AtomicReference<>();
    DispatchedTask outer =
        two.dispatcher()
            .dispatch(
                "outer",
                () -> {
                  inner.set(two.dispatcher().dispatch("inner", NOTHING));
                  throw new IllegalStateException("on the way out");
                });
    assertThat(outcome(outer)).isEqualTo(TaskState.FAILED);
    assertThat(outcome(inner.get())).isEqualTo(TaskState.SUCCEEDED);
    assertThat(engine.span("inner").getParentSpanId()).isEqualTo(engine.span("outer").getSpanId());
  }

  @Test
  void sameOptionsAndBodyAgain_areAnotherTask() throws Exception {
    TaskOptions options = TaskOptions.named("task");
    BackgroundDispatcher calling =
        engine.closedLater(BackgroundWorkers.onCallingThread(engine.openTelemetry())).dispatcher();
    DispatchedTask first = calling.dispatch(options, NOTHING);
    DispatchedTask second = calling.dispatch(options, NOTHING);
    assertThat(second).isNotSameAs(first);
    assertThat(first.completion().toCompletableFuture()).succeedsWithin(1, TimeUnit.SECONDS);
    assertThat(engine.spans("task")).hasSize(2);
  }

  private static void assertNull(Runnable call, String name) {
    assertThatThrownBy(call::run).isInstanceOf(NullPointerException.class).hasMessage(name);
  }
}
