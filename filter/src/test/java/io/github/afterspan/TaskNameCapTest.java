// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan;

import static io.github.afterspan.Outcomes.outcome;
import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Names and options that an application makes up without end. */
@Timeout(60)
class TaskNameCapTest {

  private static final AttributeKey<String> NAME = AttributeKey.stringKey("afterspan.task.name");
  private static final int TOO_MANY = 1003;

  @RegisterExtension final Engine engine = new Engine();

  @Test
  void namesBeyondTheCap_shareOneMetric_andKeepTheirSpansAndLogLines() throws Exception {
    BackgroundWorkers workers = engine.workers();
    for (int i = 0; i < TOO_MANY; i++) {
      run(workers, TaskOptions.named("task" + i));
    }
    assertThat(workers.profiles.counts()).hasSize(1001);
    assertThat(workers.profiles.counts())
        .extracting(counts -> counts.name)
        .contains("task999", "_OTHER")
        .doesNotContain("task1000");
    assertThat(workers.profiles.counts())
        .filteredOn(counts -> counts.name.equals("_OTHER"))
        .extracting(counts -> counts.of(TaskState.SUCCEEDED))
        .containsExactly(3L);
    assertThat(workers.status().succeeded()).isEqualTo(TOO_MANY);
    assertThat(engine.spans("task1002")).hasSize(1);
    assertThat(engine.log().records("task \"task1002\"")).hasSize(1);
  }

  @Test
  void namesWithinTheCap_areStillToldApart_whenItWasExceeded() throws Exception {
    BackgroundWorkers workers = engine.workers();
    for (int i = 0; i < TOO_MANY; i++) {
      workers.profiles.of("task" + i);
    }
    run(workers, TaskOptions.named("task0"));
    run(workers, TaskOptions.named("task1001"));
    Map<String, Long> counted =
        engine.metric("afterspan.tasks").getLongSumData().getPoints().stream()
            .collect(
                Collectors.toMap(
                    point -> point.getAttributes().get(NAME), LongPointData::getValue));
    assertThat(counted).isEqualTo(Map.of("task0", 1L, "_OTHER", 1L));
  }

  @Test
  void profileIsRemembered_forEqualOptions() {
    TaskProfiles profiles = engine.workers().profiles;
    assertThat(profiles.of("task")).isSameAs(profiles.of("task"));
    assertThat(profiles.of(TaskOptions.named("task").timeout(Duration.ofSeconds(1))))
        .isSameAs(profiles.of(TaskOptions.named("task").timeout(Duration.ofSeconds(1))));
  }

  @Test
  void optionsBeyondTheBound_areWorkedOutAnew_andHoldAllTheSame() throws Exception {
    BackgroundWorkers workers = engine.workers();
    TaskOptions base = TaskOptions.named("task");
    for (int i = 1; i <= TaskProfiles.MAX_PROFILES; i++) {
      workers.profiles.of(base.timeout(Duration.ofSeconds(i)));
    }
    TaskOptions remembered = base.timeout(Duration.ofSeconds(1));
    TaskOptions beyond = base.timeout(Duration.ofHours(5));
    assertThat(workers.profiles.of(remembered)).isSameAs(workers.profiles.of(remembered));
    assertThat(workers.profiles.of(beyond)).isNotSameAs(workers.profiles.of(beyond));
    assertThat(workers.profiles.of(beyond).timeout).isEqualTo(Duration.ofHours(5));
    assertThat(workers.profiles.counts()).hasSize(1);
    run(workers, beyond);
  }

  private static void run(BackgroundWorkers workers, TaskOptions options) throws Exception {
    List<TaskState> outcomes = List.of(outcome(workers.dispatcher().dispatch(options, () -> {})));
    assertThat(outcomes).containsExactly(TaskState.SUCCEEDED);
  }
}
