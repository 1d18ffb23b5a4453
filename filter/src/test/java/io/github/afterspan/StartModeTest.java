// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan;

import static io.github.afterspan.Outcomes.failure;
import static io.github.afterspan.Outcomes.outcome;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.afterspan.DispatchRejectedException.Reason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(60)
class StartModeTest {

  private static final TaskOptions AFTER =
      TaskOptions.named("after").startMode(StartMode.AFTER_RESPONSE);
  private static final TaskOptions AFTER_SUCCESS =
      TaskOptions.named("afterSuccess").startMode(StartMode.AFTER_SUCCESSFUL_RESPONSE);

  @RegisterExtension final Engine engine = new Engine();

  private final CompletableFuture<Boolean> response = new CompletableFuture<>();
  private final AtomicInteger runs = new AtomicInteger();

  @Test
  void immediately_doesNotAwaitResponse() throws Exception {
    BackgroundDispatcher dispatcher = engine.workers().dispatcher(response);
    assertThat(outcome(dispatcher.dispatch("task", runs::incrementAndGet)))
        .isEqualTo(TaskState.SUCCEEDED);
    assertThat(response).isNotDone();
  }

  @Test
  void afterResponse_awaitsIt_whateverItsSuccess() throws Exception {
    for (CompletableFuture<Boolean> each : List.of(new CompletableFuture<Boolean>(), response)) {
      DispatchedTask task =
          engine.workers().dispatcher(each).dispatch(AFTER, runs::incrementAndGet);
      assertThat(task.state()).isEqualTo(TaskState.AWAITING_RESPONSE);
      each.complete(each == response);
      assertThat(outcome(task)).isEqualTo(TaskState.SUCCEEDED);
    }
    assertThat(runs).hasValue(2);
  }

  @Test
  void afterResponse_runs_whenHandlerThrew() throws Exception {
    DispatchedTask task =
        engine.workers().dispatcher(response).dispatch(AFTER, runs::incrementAndGet);
    response.completeExceptionally(new IllegalStateException("handler"));
    assertThat(outcome(task)).isEqualTo(TaskState.SUCCEEDED);
  }

  @Test
  void afterSuccessfulResponse_runs_whenResponseIsSuccessful() throws Exception {
    DispatchedTask task =
        engine.workers().dispatcher(response).dispatch(AFTER_SUCCESS, runs::incrementAndGet);
    assertThat(task.state()).isEqualTo(TaskState.AWAITING_RESPONSE);
    response.complete(true);
    assertThat(outcome(task)).isEqualTo(TaskState.SUCCEEDED);
    assertThat(runs).hasValue(1);
  }

  @Test
  void afterSuccessfulResponse_isSkipped_whenResponseIsNot() throws Exception {
    DispatchedTask task =
        engine.workers().dispatcher(response).dispatch(AFTER_SUCCESS, runs::incrementAndGet);
    response.complete(false);
    assertSkipped(task);
  }

  @Test
  void afterSuccessfulResponse_isSkipped_whenHandlerThrew() throws Exception {
    DispatchedTask task =
        engine.workers().dispatcher(response).dispatch(AFTER_SUCCESS, runs::incrementAndGet);
    response.completeExceptionally(new IllegalStateException("handler"));
    assertSkipped(task);
  }

  @Test
  void dispatchAfterResponse_startsAtOnce_orIsSkipped() throws Exception {
    BackgroundDispatcher failed = engine.workers().dispatcher(response);
    response.complete(false);
    assertThat(outcome(failed.dispatch(AFTER, runs::incrementAndGet)))
        .isEqualTo(TaskState.SUCCEEDED);
    assertSkipped(failed.dispatch(AFTER_SUCCESS, runs::incrementAndGet));
    BackgroundDispatcher succeeded =
        engine.workers().dispatcher(CompletableFuture.completedFuture(true));
    assertThat(outcome(succeeded.dispatch(AFTER_SUCCESS, runs::incrementAndGet)))
        .isEqualTo(TaskState.SUCCEEDED);
    assertThat(runs).hasValue(2);
  }

  @Test
  void responseThatCompletesTwice_startsTaskOnce() throws Exception {
    BackgroundWorkers workers = engine.workers();
    WorkersDispatcher dispatcher = (WorkersDispatcher) workers.dispatcher(response);
    DispatchedTask task = dispatcher.dispatch(AFTER, runs::incrementAndGet);
    response.complete(true);
    dispatcher.accept(false, null);
    dispatcher.accept(true, null);
    assertThat(outcome(task)).isEqualTo(TaskState.SUCCEEDED);
    assertThat(workers.drain(Duration.ofSeconds(30)).get(30, TimeUnit.SECONDS).succeeded())
        .isEqualTo(1);
    assertThat(runs).hasValue(1);
  }

  @Test
  void tasksOfOneResponse_startInOrderOfDispatch() throws Exception {
    BackgroundDispatcher dispatcher = engine.workers(o -> o.concurrency(1)).dispatcher(response);
    List<Integer> order = new ArrayList<>();
    List<DispatchedTask> tasks = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      int number = i;
      tasks.add(dispatcher.dispatch(AFTER, () -> order.add(number)));
    }
    response.complete(true);
    for (DispatchedTask task : tasks) {
      assertThat(outcome(task)).isEqualTo(TaskState.SUCCEEDED);
    }
    assertThat(order).hasSize(50).isSorted();
  }

  @Test
  void awaitingTasksHoldCapacity_soThatCallerLearnsOfRefusalInTime() throws Exception {
    BackgroundWorkers workers = engine.workers(o -> o.concurrency(1).queueCapacity(1));
    BackgroundDispatcher dispatcher = workers.dispatcher(response);
    dispatcher.dispatch(AFTER, runs::incrementAndGet);
    DispatchedTask second = dispatcher.dispatch(AFTER, runs::incrementAndGet);
    assertThat(workers.status().waiting()).isEqualTo(2);
    assertThatThrownBy(() -> dispatcher.dispatch(AFTER, runs::incrementAndGet))
        .isInstanceOfSatisfying(
            DispatchRejectedException.class,
            e -> assertThat(e.reason()).isEqualTo(Reason.QUEUE_FULL));
    assertThat(second.cancel()).isTrue();
    DispatchedTask third = dispatcher.dispatch(AFTER, runs::incrementAndGet);
    response.complete(true);
    assertThat(outcome(third)).isEqualTo(TaskState.SUCCEEDED);
    assertThat(runs).hasValue(2);
  }

  @Test
  void cancelledWhileAwaiting_neverRuns() throws Exception {
    BackgroundWorkers workers = engine.workers(o -> o.concurrency(1));
    BackgroundDispatcher dispatcher = workers.dispatcher(response);
    List<DispatchedTask> tasks = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      tasks.add(dispatcher.dispatch(AFTER, runs::incrementAndGet));
    }
    assertThat(tasks.get(1).cancel()).isTrue();
    assertThat(tasks.get(1).state()).isEqualTo(TaskState.CANCELLED);
    response.complete(true);
    assertThat(outcome(tasks.get(0))).isEqualTo(TaskState.SUCCEEDED);
    assertThat(outcome(tasks.get(2))).isEqualTo(TaskState.SUCCEEDED);
    assertThat(runs).hasValue(2);
    assertThat(engine.spans("after")).hasSize(2);
  }

  @ParameterizedTest
  @EnumSource(StartMode.class)
  void dispatcherWithoutExchange_startsAtOnce(StartMode mode) throws Exception {
    BackgroundDispatcher dispatcher = engine.workers(o -> o.startMode(mode)).dispatcher();
    assertThat(outcome(dispatcher.dispatch("task", runs::incrementAndGet)))
        .isEqualTo(TaskState.SUCCEEDED);
  }

  @Test
  void workersGiveStartMode_whenOptionsHaveNone() throws Exception {
    BackgroundDispatcher dispatcher =
        engine.workers(o -> o.startMode(StartMode.AFTER_RESPONSE)).dispatcher(response);
    DispatchedTask task = dispatcher.dispatch("task", runs::incrementAndGet);
    assertThat(task.state()).isEqualTo(TaskState.AWAITING_RESPONSE);
    response.complete(true);
    assertThat(outcome(task)).isEqualTo(TaskState.SUCCEEDED);
  }

  @Test
  void drain_letsAwaitingTasksRun_andSkipsThoseThatNeedSuccess() throws Exception {
    BackgroundWorkers workers = engine.workers();
    BackgroundDispatcher dispatcher = workers.dispatcher(response);
    DispatchedTask after = dispatcher.dispatch(AFTER, runs::incrementAndGet);
    DispatchedTask afterSuccess = dispatcher.dispatch(AFTER_SUCCESS, runs::incrementAndGet);
    workers.drain(Duration.ofSeconds(30)).get(30, TimeUnit.SECONDS);
    assertThat(after.state()).isEqualTo(TaskState.SUCCEEDED);
    assertSkippedBy(afterSuccess, 1);
    response.complete(true);
    assertThat(runs).hasValue(1);
  }

  private void assertSkipped(DispatchedTask task) throws Exception {
    assertSkippedBy(task, runs.get());
  }

  private void assertSkippedBy(DispatchedTask task, int runsBefore) throws Exception {
    String reason = "task \"afterSuccess\" was skipped: there was no successful response";
    assertThat(failure(task)).isInstanceOf(CancellationException.class).hasMessage(reason);
    assertThat(task.state()).isEqualTo(TaskState.SKIPPED);
    assertThat(runs).hasValue(runsBefore);
    assertThat(engine.spans("afterSuccess")).isEmpty();
    assertThat(engine.log().records("(no trace) was skipped: " + reason)).isNotEmpty();
  }
}
