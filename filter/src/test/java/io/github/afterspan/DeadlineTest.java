// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan;

import static io.github.afterspan.Outcomes.outcome;
import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

@Timeout(60)
class DeadlineTest {

  @RegisterExtension final Engine engine = new Engine();

  private final AtomicReference<Deadline> deadline = new AtomicReference<>();
  private final AtomicReference<Duration> remaining = new AtomicReference<>();

  @Test
  void isFoundDownTheCallStack_andComesNearer() throws Exception {
    DispatchedTask task = dispatch(Duration.ofSeconds(20), this::callee);
    assertThat(outcome(task)).isEqualTo(TaskState.SUCCEEDED);
    assertThat(remaining.get()).isBetween(Duration.ofSeconds(10), Duration.ofSeconds(20));
    assertThat(deadline.get().remaining()).isLessThan(remaining.get());
    assertThat(deadline.get().hasPassed()).isFalse();
    assertThat(deadline.get().toString()).startsWith("Deadline{remaining=PT");
  }

  @Test
  void goesWhereverTheContextIsCarried() throws Exception {
    DispatchedTask task =
        dispatch(
            Duration.ofSeconds(20),
            () -> CompletableFuture.runAsync(Context.current().wrap(this::callee)).join());
    assertThat(outcome(task)).isEqualTo(TaskState.SUCCEEDED);
    assertThat(remaining.get()).isBetween(Duration.ofSeconds(10), Duration.ofSeconds(20));
  }

  @Test
  void hasPassed_onceTaskTimedOut() throws Exception {
    DispatchedTask task =
        dispatch(
            Duration.ofMillis(50),
            () -> {
              callee();
              Thread.sleep(60_000);
            });
    assertThat(outcome(task)).isEqualTo(TaskState.TIMED_OUT);
    assertThat(deadline.get().hasPassed()).isTrue();
    assertThat(deadline.get().remaining()).isZero();
  }

  @Test
  void isFarAway_outsideTask() {
    Deadline never = Deadline.current();
    assertThat(never.remaining()).isEqualTo(Duration.ofNanos(Long.MAX_VALUE));
    assertThat(never.hasPassed()).isFalse();
    assertThat(never).hasToString("Deadline{never}");
  }

  @Test
  void isFarAwayAgain_underRootContextOfTask() throws Exception {
    DispatchedTask task =
        dispatch(
            Duration.ofSeconds(20),
            () -> {
              try (Scope ignored = Context.root().makeCurrent()) {
                callee();
              }
            });
    assertThat(outcome(task)).isEqualTo(TaskState.SUCCEEDED);
    assertThat(deadline.get().remaining()).isEqualTo(Duration.ofNanos(Long.MAX_VALUE));
  }

  @Test
  void taskDispatchedByTask_hasItsOwn() throws Exception {
    AtomicReference<DispatchedTask> inner = new AtomicReference<>();
    DispatchedTask outer =
        dispatch(
            Duration.ofSeconds(5), () -> inner.set(dispatch(Duration.ofHours(1), this::callee)));
    assertThat(outcome(outer)).isEqualTo(TaskState.SUCCEEDED);
    assertThat(outcome(inner.get())).isEqualTo(TaskState.SUCCEEDED);
    assertThat(remaining.get()).isGreaterThan(Duration.ofMinutes(30));
    assertThat(engine.spans("task")).hasSize(2);
  }

  /**
   * On the calling thread the inner task runs inside the outer one, which then has its own again.
   */
  @Test
  void outerTasksOwnIsBack_afterNestedTask() throws Exception {
    AtomicReference<Duration> after = new AtomicReference<>();
    BackgroundDispatcher dispatcher =
        engine.closedLater(BackgroundWorkers.onCallingThread(engine.openTelemetry())).dispatcher();
    DispatchedTask outer =
        dispatcher.dispatch(
            TaskOptions.named("outer").timeout(Duration.ofSeconds(5)),
            () -> {
              dispatcher.dispatch(
                  TaskOptions.named("inner").timeout(Duration.ofHours(1)), this::callee);
              after.set(Deadline.current().remaining());
            });
    assertThat(outer.completion().toCompletableFuture()).succeedsWithin(0, TimeUnit.SECONDS);
    assertThat(remaining.get()).isGreaterThan(Duration.ofMinutes(30));
    assertThat(after.get()).isBetween(Duration.ZERO, Duration.ofSeconds(5));
  }

  private DispatchedTask dispatch(Duration timeout, BackgroundTask body) {
    return engine.workers().dispatcher().dispatch(TaskOptions.named("task").timeout(timeout), body);
  }

  private void callee() {
    deadline.set(Deadline.current());
    remaining.set(Deadline.current().remaining());
  }
}
