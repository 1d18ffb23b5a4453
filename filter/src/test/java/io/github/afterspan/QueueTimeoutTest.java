// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan;

import static io.github.afterspan.Outcomes.failure;
import static io.github.afterspan.Outcomes.outcome;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Level;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

@Timeout(60)
class QueueTimeoutTest {

  private static final Duration SHORT = Duration.ofMillis(100);
  private static final TaskOptions WAITS = TaskOptions.named("waits").queueTimeout(SHORT);

  @RegisterExtension final Engine engine = new Engine();

  private final AtomicInteger runs = new AtomicInteger();

  @Test
  void passesWhileEveryWorkerIsBusy() throws Exception {
    BackgroundWorkers workers = engine.workers(o -> o.concurrency(1).queueCapacity(1));
    BlockingTask busy = engine.blocking();
    workers.dispatcher().dispatch("busy", busy);
    busy.awaitStarted();
    DispatchedTask task = workers.dispatcher().dispatch(WAITS, runs::incrementAndGet);
    String reason = "task \"waits\" found no worker within its queue timeout of PT0.1S";
    assertThat(failure(task)).isInstanceOf(TimeoutException.class).hasMessage(reason);
    assertThat(task.state()).isEqualTo(TaskState.TIMED_OUT);
    assertThat(busy.wasInterrupted()).isFalse();
    assertThat(workers.status().timedOut()).isEqualTo(1);
    assertThat(engine.log().messages(Level.WARNING, "(no trace) timed out: " + reason)).hasSize(1);
    await().until(() -> workers.status().waiting() == 0);

    DispatchedTask next = workers.dispatcher().dispatch("next", () -> {});
    busy.release();
    assertThat(outcome(next)).isEqualTo(TaskState.SUCCEEDED);
    assertThat(runs).hasValue(0);
    assertThat(engine.spans("waits")).isEmpty();
  }

  /** The watchdog looks only now and then; who takes the task looks again. */
  @Test
  void isLookedAtAgain_whenTaskIsTaken() throws Exception {
    TaskOptions tiny = TaskOptions.named("waits").queueTimeout(Duration.ofNanos(1));
    BackgroundWorkers workers = engine.workers(Runnable::run, o -> o);
    DispatchedTask task = workers.dispatcher().dispatch(tiny, runs::incrementAndGet);
    assertThat(outcome(task)).isEqualTo(TaskState.TIMED_OUT);
    assertThat(runs).hasValue(0);
    assertThat(engine.spans("waits")).isEmpty();
    assertThat(engine.metricNames()).doesNotContain("afterspan.task.duration");
  }

  @Test
  void countsFromRelease_whenTaskAwaitedResponse() throws Exception {
    CompletableFuture<Boolean> response = new CompletableFuture<>();
    BackgroundWorkers workers = engine.workers();
    TaskOptions options =
        TaskOptions.named("after")
            .queueTimeout(Duration.ofSeconds(2))
            .startMode(StartMode.AFTER_RESPONSE);
    DispatchedTask task = workers.dispatcher(response).dispatch(options, runs::incrementAndGet);
    long dispatched = System.nanoTime();
    await()
        .atMost(30, TimeUnit.SECONDS)
        .until(() -> System.nanoTime() - dispatched > Duration.ofMillis(2300).toNanos());
    assertThat(task.state()).isEqualTo(TaskState.AWAITING_RESPONSE);
    response.complete(true);
    assertThat(outcome(task)).isEqualTo(TaskState.SUCCEEDED);
    assertThat(runs).hasValue(1);
  }

  @Test
  void workersGiveQueueTimeout_whenOptionsHaveNone() throws Exception {
    BackgroundWorkers workers = engine.workers(o -> o.concurrency(1).queueTimeout(SHORT));
    workers.dispatcher().dispatch("busy", engine.blocking());
    DispatchedTask task = workers.dispatcher().dispatch("waits", runs::incrementAndGet);
    assertThat(outcome(task)).isEqualTo(TaskState.TIMED_OUT);
  }

  @Test
  void taskWithoutOne_waitsAsLongAsItTakes_besideOneWith() throws Exception {
    BackgroundWorkers workers = engine.workers(o -> o.concurrency(1));
    BlockingTask busy = engine.blocking();
    workers.dispatcher().dispatch("busy", busy);
    busy.awaitStarted();
    DispatchedTask before = workers.dispatcher().dispatch("patient", runs::incrementAndGet);
    DispatchedTask between = workers.dispatcher().dispatch(WAITS, runs::incrementAndGet);
    DispatchedTask after = workers.dispatcher().dispatch("patient", runs::incrementAndGet);
    assertThat(outcome(between)).isEqualTo(TaskState.TIMED_OUT);
    busy.release();
    assertThat(outcome(before)).isEqualTo(TaskState.SUCCEEDED);
    assertThat(outcome(after)).isEqualTo(TaskState.SUCCEEDED);
    assertThat(runs).hasValue(2);
  }
}
