// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan;

import static io.github.afterspan.Outcomes.outcome;
import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import java.time.Duration;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a span says with {@link WorkerOptions#spanAttributes()} on, and off. */
@Timeout(60)
class SpanAttributesTest {

  private static final String TIME_IN_QUEUE = "afterspan.task.time_in_queue";

  @RegisterExtension final Engine engine = new Engine();

  @Test
  void tellTimeInQueue_whenOn() throws Exception {
    assertThat(keysOfSuccess(true, TaskOptions.named("task"))).containsExactly(TIME_IN_QUEUE);
  }

  @Test
  void areNone_whenOff() throws Exception {
    assertThat(keysOfSuccess(false, TaskOptions.named("task"))).isEmpty();
  }

  @Test
  void areThoseOfTheTask_whenOff() throws Exception {
    TaskOptions options =
        TaskOptions.named("task").attributes(Attributes.builder().put("order", 7).build());
    assertThat(keysOfSuccess(false, options)).containsExactly("order");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void metricsTellTimeInQueue_eitherWay(boolean on) throws Exception {
    keysOfSuccess(on, TaskOptions.named("task"));
    assertThat(engine.metric(TIME_IN_QUEUE).getHistogramData().getPoints())
        .singleElement()
        .satisfies(point -> assertThat(point.getCount()).isEqualTo(1));
  }

  @Test
  void tellFailure_whenOff() throws Exception {
    DispatchedTask task =
        workers(false)
            .dispatcher()
            .dispatch(
                "task",
                () -> {
                  throw new IllegalStateException("no mail today");
                });
    assertThat(outcome(task)).isEqualTo(TaskState.FAILED);
    assertThat(keys()).containsExactly("error.type");
  }

  @Test
  void tellTimeout_whenOff() throws Exception {
    TaskOptions options = TaskOptions.named("task").timeout(Duration.ofMillis(50));
    DispatchedTask task = workers(false).dispatcher().dispatch(options, engine.blocking());
    assertThat(outcome(task)).isEqualTo(TaskState.TIMED_OUT);
    assertThat(keys()).containsExactlyInAnyOrder("error.type", "afterspan.task.timeout");
  }

  private Set<String> keysOfSuccess(boolean on, TaskOptions options) throws Exception {
    DispatchedTask task = workers(on).dispatcher().dispatch(options, () -> {});
    assertThat(outcome(task)).isEqualTo(TaskState.SUCCEEDED);
    return keys();
  }

  private Set<String> keys() {
    return engine.span("task").getAttributes().asMap().keySet().stream()
        .map(AttributeKey::getKey)
        .collect(Collectors.toSet());
  }

  private BackgroundWorkers workers(boolean spanAttributes) {
    return engine.workers(o -> o.spanAttributes(spanAttributes));
  }
}
