// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan;

import static io.github.afterspan.Outcomes.failure;
import static io.github.afterspan.Outcomes.outcome;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.metrics.data.HistogramPointData;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.logging.Level;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

@Timeout(60)
class TimeoutTest {

  private static final Duration SHORT = Duration.ofMillis(150);
  private static final TaskOptions SLOW = TaskOptions.named("slow").timeout(SHORT);

  @RegisterExtension final Engine engine = new Engine();

  @Test
  void interruptsBody_whenTimeoutPasses() throws Exception {
    BlockingTask body = engine.blocking();
    DispatchedTask task = engine.workers().dispatcher().dispatch(SLOW, body);
    assertThat(outcome(task)).isEqualTo(TaskState.TIMED_OUT);
    body.awaitInterrupted();
  }

  /** All that people see is there at the deadline, although the body never gives way. */
  @Test
  void reportsAtDeadline_thoughBodyIgnoresItsInterrupt() throws Exception {
    BackgroundWorkers workers = engine.workers();
    BlockingTask body = engine.stubborn();
    DispatchedTask task = workers.dispatcher().dispatch(SLOW, body);
    assertThat(failure(task))
        .isInstanceOf(TimeoutException.class)
        .hasMessage("task \"slow\" exceeded its timeout of PT0.15S");
    assertThat(task.state()).isEqualTo(TaskState.TIMED_OUT);
    SpanData span = engine.span("slow");
    assertThat(span.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
    assertThat(span.getAttributes().get(AttributeKey.stringKey("error.type"))).isEqualTo("timeout");
    assertThat(span.getAttributes().get(AttributeKey.doubleKey("afterspan.task.timeout")))
        .isEqualTo(0.15);
    HistogramPointData ran =
        engine.metric("afterspan.task.duration").getHistogramData().getPoints().iterator().next();
    assertThat(ran.getAttributes().get(AttributeKey.stringKey("error.type"))).isEqualTo("timeout");
    assertThat(ran.getSum()).isBetween(0.15, 10.0);
    assertThat(workers.status().timedOut()).isEqualTo(1);
    assertThat(workers.status().running()).isEqualTo(1);
    String line =
        "task \"slow\" (trace "
            + span.getTraceId()
            + ") timed out: task \"slow\" exceeded its timeout of PT0.15S";
    await().until(() -> engine.log().messages(Level.WARNING, line).size() == 1);
  }

  @Test
  void spanEndsAtDeadline_notWhenBodyReturns() throws Exception {
    BackgroundWorkers workers = engine.workers(o -> o.concurrency(1));
    BlockingTask body = engine.stubborn();
    DispatchedTask task = workers.dispatcher().dispatch(SLOW, body);
    assertThat(outcome(task)).isEqualTo(TaskState.TIMED_OUT);
    long ended = engine.span("slow").getEndEpochNanos();
    body.release();
    assertThat(outcome(workers.dispatcher().dispatch("next", () -> {})))
        .isEqualTo(TaskState.SUCCEEDED);
    assertThat(task.state()).isEqualTo(TaskState.TIMED_OUT);
    assertThat(engine.spans("slow")).hasSize(1);
    assertThat(engine.span("next").getStartEpochNanos()).isGreaterThan(ended);
  }

  @Test
  void bodyThatFailsAfterItsTimeout_staysTimedOut() throws Exception {
    BackgroundWorkers workers = engine.workers(o -> o.concurrency(1));
    DispatchedTask task = workers.dispatcher().dispatch(SLOW, engine.blocking());
    assertThat(outcome(task)).isEqualTo(TaskState.TIMED_OUT);
    assertThat(outcome(workers.dispatcher().dispatch("next", () -> {})))
        .isEqualTo(TaskState.SUCCEEDED);
    assertThat(task.state()).isEqualTo(TaskState.TIMED_OUT);
    assertThat(workers.status().failed()).isZero();
    assertThat(engine.log().records("InterruptedException")).isEmpty();
  }

  @Test
  void timeoutCountsFromBodysStart_notFromDispatch() throws Exception {
    BackgroundWorkers workers = engine.workers(o -> o.concurrency(1));
    BlockingTask before = engine.blocking();
    DispatchedTask first =
        workers
            .dispatcher()
            .dispatch(TaskOptions.named("first").timeout(Duration.ofMillis(400)), before);
    AtomicReference<Duration> left = new AtomicReference<>();
    DispatchedTask second =
        workers
            .dispatcher()
            .dispatch(
                TaskOptions.named("second").timeout(Duration.ofMillis(350)),
                () -> left.set(Deadline.current().remaining()));
    assertThat(outcome(first)).isEqualTo(TaskState.TIMED_OUT);
    assertThat(outcome(second)).isEqualTo(TaskState.SUCCEEDED);
    assertThat(left.get()).isPositive();
  }

  @Test
  void workersGiveTimeout_whenOptionsHaveNone() throws Exception {
    BackgroundWorkers workers = engine.workers(o -> o.timeout(SHORT));
    BackgroundDispatcher dispatcher = workers.dispatcher();
    assertThat(outcome(dispatcher.dispatch("slow", engine.blocking())))
        .isEqualTo(TaskState.TIMED_OUT);
    BlockingTask longer = engine.blocking();
    DispatchedTask task =
        dispatcher.dispatch(TaskOptions.named("longer").timeout(Duration.ofDays(1)), longer);
    longer.awaitStarted();
    assertThat(longer.wasInterrupted()).isFalse();
    longer.release();
    assertThat(outcome(task)).isEqualTo(TaskState.SUCCEEDED);
  }

  @Test
  void longestTimeoutThereIs_neverPasses() throws Exception {
    TaskOptions endless = TaskOptions.named("endless").timeout(Duration.ofSeconds(Long.MAX_VALUE));
    BlockingTask body = engine.blocking();
    DispatchedTask task = engine.workers().dispatcher().dispatch(endless, body);
    body.awaitStarted();
    // Long enough for the watchdog to have looked.
    DispatchedTask other = engine.workers().dispatcher().dispatch(SLOW, engine.blocking());
    assertThat(outcome(other)).isEqualTo(TaskState.TIMED_OUT);
    assertThat(task.state()).isEqualTo(TaskState.RUNNING);
    body.release();
    assertThat(outcome(task)).isEqualTo(TaskState.SUCCEEDED);
  }

  /** A watchdog that has gone to sleep for want of tasks wakes up for the next one. */
  @Test
  void timeoutPasses_alsoAfterWorkersWereIdleForLong() throws Exception {
    BackgroundWorkers workers = engine.workers();
    assertThat(outcome(workers.dispatcher().dispatch("first", () -> {})))
        .isEqualTo(TaskState.SUCCEEDED);
    await().atMost(30, TimeUnit.SECONDS).until(workers.pool::isDozing);
    assertThat(outcome(workers.dispatcher().dispatch(SLOW, engine.blocking())))
        .isEqualTo(TaskState.TIMED_OUT);
  }
}
