// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan;

import static io.github.afterspan.Outcomes.failure;
import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.ContextKey;
import io.opentelemetry.context.Scope;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** {@link BackgroundWorkers#onCallingThread}, for people's own unit tests. */
@Timeout(60)
class CallingThreadTest {

  @RegisterExtension final Engine engine = new Engine();

  private BackgroundWorkers workers;
  private BackgroundDispatcher dispatcher;

  @BeforeEach
  void create() {
    workers = engine.closedLater(BackgroundWorkers.onCallingThread(engine.openTelemetry()));
    dispatcher = workers.dispatcher();
  }

  @Test
  void taskIsOver_whenDispatchReturns_spanIncluded() {
    AtomicReference<Thread> thread = new AtomicReference<>();
    Span request = engine.startSpan("request");
    DispatchedTask task;
    try (Scope ignored = request.makeCurrent()) {
      task = dispatcher.dispatch("task", () -> thread.set(Thread.currentThread()));
      assertThat(Span.current()).isSameAs(request);
    }
    request.end();
    assertThat(thread.get()).isSameAs(Thread.currentThread());
    assertThat(task.state()).isEqualTo(TaskState.SUCCEEDED);
    assertThat(engine.spans("task")).hasSize(1);
    assertThat(engine.spans("task").get(0).getParentSpanContext())
        .isEqualTo(request.getSpanContext());
    assertThat(workers.status().succeeded()).isEqualTo(1);
    assertThat(workers.status().running()).isZero();
  }

  @Test
  void optionsHold_whenGiven() throws Exception {
    WorkerOptions options =
        WorkerOptions.builder().name("own").timeout(Duration.ofMillis(20)).concurrency(1).build();
    BackgroundWorkers own =
        engine.closedLater(BackgroundWorkers.onCallingThread(engine.openTelemetry(), options));
    AtomicReference<Thread> thread = new AtomicReference<>();
    DispatchedTask task =
        own.dispatcher()
            .dispatch(
                "task",
                () -> {
                  thread.set(Thread.currentThread());
                  new CountDownLatch(1).await();
                });
    assertThat(thread.get()).isSameAs(Thread.currentThread());
    assertThat(Thread.currentThread().isInterrupted()).isFalse();
    assertThat(task.state()).isEqualTo(TaskState.TIMED_OUT);
    assertThat(own.status().name()).isEqualTo("own");
  }

  @Test
  void bodySeesItsDetachedContext_notThatOfCaller() {
    AtomicReference<String> seen = new AtomicReference<>("not run");
    ContextKey<String> key = ContextKey.named("request");
    try (Scope ignored = Context.current().with(key, "alice").makeCurrent()) {
      dispatcher.dispatch("task", () -> seen.set(Context.current().get(key)));
    }
    assertThat(seen.get()).isNull();
  }

  @Test
  void failureStaysInTask() throws Exception {
    IllegalStateException thrown = new IllegalStateException("no");
    DispatchedTask task =
        dispatcher.dispatch(
            "task",
            () -> {
              throw thrown;
            });
    assertThat(task.state()).isEqualTo(TaskState.FAILED);
    assertThat(failure(task)).isSameAs(thrown);
  }

  @Test
  void taskOfTaskRunsInsideIt_howeverDeep() {
    List<Integer> order = new ArrayList<>();
    nest(0, order);
    assertThat(order).hasSize(40).isSorted();
    assertThat(engine.spans("nested")).hasSize(20);
    assertThat(workers.status().succeeded()).isEqualTo(20);
  }

  /** Notes depth on the way in, and 40 less depth on the way out. */
  private void nest(int depth, List<Integer> order) {
    if (depth == 20) {
      return;
    }
    DispatchedTask task =
        dispatcher.dispatch(
            "nested",
            () -> {
              order.add(depth);
              nest(depth + 1, order);
              order.add(39 - depth);
            });
    assertThat(task.state()).isEqualTo(TaskState.SUCCEEDED);
  }

  @Test
  void taskIsOverWhenDispatchReturns_onManyThreadsAtOnce() throws Exception {
    int callers = 20;
    CountDownLatch together = new CountDownLatch(callers);
    List<CompletableFuture<TaskState>> outcomes = new ArrayList<>();
    for (int i = 0; i < callers; i++) {
      CompletableFuture<TaskState> outcome = new CompletableFuture<>();
      outcomes.add(outcome);
      new Thread(
              () ->
                  outcome.complete(
                      dispatcher
                          .dispatch(
                              "task",
                              () -> {
                                together.countDown();
                                together.await(5, TimeUnit.SECONDS);
                              })
                          .state()))
          .start();
    }
    for (CompletableFuture<TaskState> outcome : outcomes) {
      assertThat(outcome.get(30, TimeUnit.SECONDS)).isEqualTo(TaskState.SUCCEEDED);
    }
    assertThat(together.getCount()).isZero();
  }

  @Test
  void timeoutInterruptsBody_andLeavesCallerUninterrupted() throws Exception {
    TaskOptions slow = TaskOptions.named("slow").timeout(Duration.ofMillis(100));
    DispatchedTask task =
        dispatcher.dispatch(
            slow,
            () -> {
              while (!Thread.currentThread().isInterrupted()) {
                Thread.onSpinWait();
              }
            });
    assertThat(task.state()).isEqualTo(TaskState.TIMED_OUT);
    assertThat(failure(task)).isInstanceOf(TimeoutException.class);
    assertThat(engine.span("slow").getAttributes().asMap()).hasSizeGreaterThan(2);
    assertThat(Thread.currentThread().isInterrupted()).isFalse();
  }

  @Test
  void callersInterruptIsKept_andNotSeenByTask() {
    AtomicReference<Boolean> seen = new AtomicReference<>();
    Thread.currentThread().interrupt();
    dispatcher.dispatch("task", () -> seen.set(Thread.currentThread().isInterrupted()));
    assertThat(Thread.interrupted()).isTrue();
    assertThat(seen.get()).isFalse();
  }

  @Test
  void taskThatAwaitsResponse_runsOnThreadThatCompletesIt() {
    CompletableFuture<Boolean> response = new CompletableFuture<>();
    AtomicReference<Thread> thread = new AtomicReference<>();
    DispatchedTask task =
        workers
            .dispatcher(response)
            .dispatch(
                TaskOptions.named("after").startMode(StartMode.AFTER_RESPONSE),
                () -> thread.set(Thread.currentThread()));
    assertThat(task.state()).isEqualTo(TaskState.AWAITING_RESPONSE);
    response.complete(true);
    assertThat(task.state()).isEqualTo(TaskState.SUCCEEDED);
    assertThat(thread.get()).isSameAs(Thread.currentThread());
  }

  @Test
  void supplyAsync_isOverAtOnce() {
    CompletableFuture<Integer> price =
        CompletableFuture.supplyAsync(() -> 42, dispatcher.executor(TaskOptions.named("price")));
    assertThat(price).isCompletedWithValue(42);
  }
}
