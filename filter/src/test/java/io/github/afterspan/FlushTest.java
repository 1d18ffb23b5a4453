// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan;

import static io.github.afterspan.Outcomes.outcome;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** {@link WorkerOptions#flush()}: when it is called, and what it can't do to the drain. */
@Timeout(60)
class FlushTest {

  @RegisterExtension final Engine engine = new Engine();

  @Test
  void comesAfterTheLastSpan_andBeforeTheMetricsGo() throws Exception {
    AtomicReference<Integer> ended = new AtomicReference<>();
    AtomicReference<Boolean> measured = new AtomicReference<>();
    AtomicReference<Duration> time = new AtomicReference<>();
    BackgroundWorkers workers =
        engine.workers(
            o ->
                o.flush(
                    within -> {
                      ended.set(engine.spans("task").size());
                      measured.set(engine.metricNames().contains("afterspan.tasks"));
                      time.set(within);
                      return true;
                    }));
    BlockingTask body = engine.blocking();
    workers.dispatcher().dispatch("task", body);
    CompletableFuture<BackgroundWorkers.Status> drained = workers.drain(Duration.ofSeconds(30));
    assertThat(ended.get()).isNull();
    body.release();
    drained.get(30, TimeUnit.SECONDS);
    assertThat(ended.get()).isEqualTo(1);
    assertThat(measured.get()).isTrue();
    assertThat(time.get()).isEqualTo(Duration.ofSeconds(5));
    assertThat(engine.log().warnings("flush")).isEmpty();
  }

  @Test
  void comesAfterSpanOfTaskThatTimedOut() throws Exception {
    AtomicReference<Integer> ended = new AtomicReference<>();
    BackgroundWorkers workers =
        engine.workers(
            o ->
                o.flush(
                    within -> {
                      ended.set(engine.spans("slow").size());
                      return true;
                    }));
    TaskOptions slow = TaskOptions.named("slow").timeout(Duration.ofMillis(100));
    DispatchedTask task = workers.dispatcher().dispatch(slow, engine.blocking());
    workers.drain(Duration.ofSeconds(30)).get(30, TimeUnit.SECONDS);
    assertThat(outcome(task)).isEqualTo(TaskState.TIMED_OUT);
    assertThat(ended.get()).isEqualTo(1);
  }

  @Test
  void isReported_whenItDidNotExportEverything() throws Exception {
    drained(within -> false);
    assertThat(engine.log().warnings("the flush after the drain did not export everything"))
        .hasSize(1);
  }

  @Test
  void isReported_whenItThrows() throws Exception {
    IllegalStateException broken = new IllegalStateException("broken");
    drained(
        within -> {
          throw broken;
        });
    assertThat(engine.log().records("the flush after the drain failed"))
        .extracting(LogRecord::getThrown)
        .containsExactly(broken);
  }

  @Test
  void isInterruptedAndLeft_whenItHangs() throws Exception {
    CountDownLatch interrupted = new CountDownLatch(1);
    drained(
        within -> {
          try {
            Thread.sleep(60_000);
          } catch (InterruptedException e) {
            interrupted.countDown();
          }
          return true;
        });
    assertThat(interrupted.await(30, TimeUnit.SECONDS)).isTrue();
    assertThat(engine.log().warnings("the flush after the drain took longer than PT5S")).hasSize(1);
  }

  private void drained(Predicate<Duration> flush) throws Exception {
    BackgroundWorkers workers = engine.workers(o -> o.flush(flush));
    workers.drain(Duration.ZERO).get(30, TimeUnit.SECONDS);
    assertThat(workers.capacity.isClosed()).isTrue();
  }
}
