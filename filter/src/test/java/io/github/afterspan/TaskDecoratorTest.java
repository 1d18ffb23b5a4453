// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan;

import static io.github.afterspan.Outcomes.outcome;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

@Timeout(60)
class TaskDecoratorTest {

  @RegisterExtension final Engine engine = new Engine();

  private final List<String> events = new CopyOnWriteArrayList<>();

  @Test
  void decoratesOnDispatchingThread_andRunsOnWorker() throws Exception {
    Thread dispatching = Thread.currentThread();
    BackgroundWorkers workers =
        engine.workers(
            o ->
                o.taskDecorator(
                    body -> {
                      add("decorate", dispatching);
                      return () -> {
                        add("before", dispatching);
                        body.run();
                        add("after", dispatching);
                      };
                    }));
    DispatchedTask task = workers.dispatcher().dispatch("task", () -> add("body", dispatching));
    assertThat(outcome(task)).isEqualTo(TaskState.SUCCEEDED);
    assertThat(events)
        .containsExactly("decorate here", "before there", "body there", "after there");
  }

  @Test
  void decoratesAtDispatch_alsoWhenTaskAwaitsResponse() throws Exception {
    BackgroundWorkers workers = engine.workers(o -> o.taskDecorator(noting("decorate")));
    CompletableFuture<Boolean> response = new CompletableFuture<>();
    DispatchedTask task =
        workers
            .dispatcher(response)
            .dispatch(TaskOptions.named("task").startMode(StartMode.AFTER_RESPONSE), () -> {});
    assertThat(events).containsExactly("decorate");
    response.complete(true);
    assertThat(outcome(task)).isEqualTo(TaskState.SUCCEEDED);
    assertThat(events).containsExactly("decorate");
  }

  @Test
  void decoratesCommandsOfExecutorToo() throws Exception {
    BackgroundWorkers workers = engine.workers(o -> o.taskDecorator(noting("decorate")));
    CompletableFuture<Void> done =
        CompletableFuture.runAsync(
            () -> {}, workers.dispatcher().executor(TaskOptions.named("task")));
    assertThat(done).succeedsWithin(java.time.Duration.ofSeconds(30));
    assertThat(events).containsExactly("decorate");
  }

  @Test
  void bodyRunsInTasksSpan_decoratorsPartToo() throws Exception {
    AtomicBoolean inSpan = new AtomicBoolean();
    BackgroundWorkers workers =
        engine.workers(
            o ->
                o.taskDecorator(
                    body ->
                        () ->
                            inSpan.set(
                                io.opentelemetry.api.trace.Span.current()
                                    .getSpanContext()
                                    .isValid())));
    assertThat(outcome(workers.dispatcher().dispatch("task", () -> {})))
        .isEqualTo(TaskState.SUCCEEDED);
    assertThat(inSpan).isTrue();
  }

  @Test
  void exceptionOfDecoratorReachesCaller_andTakesNoPlace() throws Exception {
    IllegalStateException thrown = new IllegalStateException("no tenant");
    AtomicBoolean broken = new AtomicBoolean(true);
    BackgroundWorkers workers =
        engine.workers(
            o ->
                o.concurrency(1)
                    .queueCapacity(0)
                    .taskDecorator(
                        body -> {
                          if (broken.get()) {
                            throw thrown;
                          }
                          return body;
                        }));
    for (int i = 0; i < 3; i++) {
      assertThatThrownBy(() -> workers.dispatcher().dispatch("task", () -> {})).isSameAs(thrown);
    }
    broken.set(false);
    assertThat(outcome(workers.dispatcher().dispatch("task", () -> {})))
        .isEqualTo(TaskState.SUCCEEDED);
  }

  @Test
  void nullOfDecorator_isRefused_withNameOfTask() throws Exception {
    BackgroundWorkers workers =
        engine.workers(o -> o.concurrency(1).queueCapacity(0).taskDecorator(body -> null));
    for (int i = 0; i < 3; i++) {
      assertThatThrownBy(() -> workers.dispatcher().dispatch("mail", () -> {}))
          .isInstanceOf(NullPointerException.class)
          .hasMessage("taskDecorator returned null for task \"mail\"");
    }
    assertThat(workers.capacity.accepted()).isZero();
  }

  private TaskDecorator noting(String event) {
    return body -> {
      events.add(event);
      return body;
    };
  }

  private void add(String event, Thread dispatching) {
    events.add(event + (Thread.currentThread() == dispatching ? " here" : " there"));
  }
}
