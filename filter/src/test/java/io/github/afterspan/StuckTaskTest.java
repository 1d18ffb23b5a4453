// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan;

import static io.github.afterspan.Outcomes.outcome;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

@Timeout(60)
class StuckTaskTest {

  private static final TaskOptions SLOW = TaskOptions.named("slow").timeout(Duration.ofMillis(100));

  @RegisterExtension final Engine engine = new Engine();

  @Test
  void isCountedAndLoggedOnce_andKeepsItsPlaceUntilItReturns() throws Exception {
    BackgroundWorkers workers = engine.workers(o -> o.concurrency(1).queueCapacity(0));
    BlockingTask body = engine.stubborn();
    DispatchedTask task = workers.dispatcher().dispatch(SLOW, body);
    assertThat(outcome(task)).isEqualTo(TaskState.TIMED_OUT);
    await().atMost(30, TimeUnit.SECONDS).until(() -> workers.status().stuck() == 1);
    assertThat(stuckMetric()).isEqualTo(1);
    assertThat(workers.status().running()).isEqualTo(1);
    assertThatThrownBy(() -> workers.dispatcher().dispatch("next", () -> {}))
        .isInstanceOf(DispatchRejectedException.class);
    await().until(() -> !engine.log().warnings("ignores its interrupt").isEmpty());

    body.release();
    await().atMost(30, TimeUnit.SECONDS).until(() -> workers.status().stuck() == 0);
    assertThat(stuckMetric()).isZero();
    await().atMost(30, TimeUnit.SECONDS).until(() -> workers.status().running() == 0);
    assertThat(outcome(workers.dispatcher().dispatch("next", () -> {})))
        .isEqualTo(TaskState.SUCCEEDED);
    List<String> lines = engine.log().warnings("ignores its interrupt");
    assertThat(lines).hasSize(1);
    assertThat(lines.get(0))
        .contains("task \"slow\" (trace " + engine.span("slow").getTraceId() + ")")
        .contains("thread afterspan-" + workers.options.name() + "-1 is at\n\tat ")
        .contains(BlockingTask.class.getName());
  }

  @Test
  void cancelledTaskThatIgnoresItsInterrupt_isStuckToo() throws Exception {
    BackgroundWorkers workers = engine.workers();
    BlockingTask body = engine.stubborn();
    DispatchedTask task = workers.dispatcher().dispatch("slow", body);
    body.awaitStarted();
    assertThat(task.cancel()).isTrue();
    await().atMost(30, TimeUnit.SECONDS).until(() -> workers.status().stuck() == 1);
    body.release();
    await().atMost(30, TimeUnit.SECONDS).until(() -> workers.status().stuck() == 0);
  }

  @Test
  void abandonedTaskThatIgnoresItsInterrupt_isStuckToo() throws Exception {
    BackgroundWorkers workers = engine.workers(o -> o.flush(within -> stuckMetric() == 1));
    BlockingTask body = engine.stubborn();
    workers.dispatcher().dispatch("slow", body);
    body.awaitStarted();
    assertThat(workers.drain(Duration.ZERO))
        .succeedsWithin(30, TimeUnit.SECONDS)
        .satisfies(status -> assertThat(status.stuck()).isEqualTo(1));
    assertThat(engine.log().warnings("the flush after the drain")).isEmpty();
    assertThat(engine.log().warnings("thread afterspan-")).hasSize(1); // its stack, once
    body.release();
    await().atMost(30, TimeUnit.SECONDS).until(() -> workers.status().stuck() == 0);
  }

  private long stuckMetric() {
    return engine
        .metric("afterspan.task.stuck")
        .getLongSumData()
        .getPoints()
        .iterator()
        .next()
        .getValue();
  }
}
