// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(60)
class WorkerOptionsTest {

  @Test
  void defaultsAreThoseOfTheDocumentation() {
    WorkerOptions defaults = WorkerOptions.defaults();
    assertThat(defaults.name()).isEqualTo("background").isEqualTo(WorkerOptions.DEFAULT_NAME);
    assertThat(defaults.concurrency()).isEqualTo(8).isEqualTo(WorkerOptions.DEFAULT_CONCURRENCY);
    assertThat(defaults.queueCapacity())
        .isEqualTo(1000)
        .isEqualTo(WorkerOptions.DEFAULT_QUEUE_CAPACITY);
    assertThat(defaults.timeout())
        .isEqualTo(Duration.ofSeconds(30))
        .isEqualTo(WorkerOptions.DEFAULT_TIMEOUT);
    assertThat(defaults.queueTimeout()).isNull();
    assertThat(defaults.drainTimeout())
        .isEqualTo(Duration.ofSeconds(10))
        .isEqualTo(WorkerOptions.DEFAULT_DRAIN_TIMEOUT);
    assertThat(defaults.traceMode()).isEqualTo(TraceMode.CHILD);
    assertThat(defaults.startMode()).isEqualTo(StartMode.IMMEDIATELY);
    assertThat(defaults.baggage()).isTrue();
    assertThat(defaults.spanAttributes()).isTrue();
    assertThat(defaults.threads()).isEqualTo(WorkerOptions.Threads.PLATFORM);
    assertThat(defaults.taskDecorator()).isNull();
    assertThat(defaults.captureCheck()).isEqualTo(WorkerOptions.OnCapture.WARN);
    assertThat(defaults.flush()).isNull();
  }

  @Test
  void toBuilderKeepsEverySetting() {
    for (UnaryOperator<WorkerOptions.Builder> setting : settings()) {
      WorkerOptions changed = setting.apply(WorkerOptions.builder()).build();
      assertThat(changed).isNotEqualTo(WorkerOptions.defaults());
      assertThat(changed.toBuilder().build()).isEqualTo(changed);
    }
    assertThat(settings()).hasSize(WorkerOptions.class.getRecordComponents().length);
  }

  private static List<UnaryOperator<WorkerOptions.Builder>> settings() {
    return List.of(
        o -> o.name("mail"),
        o -> o.concurrency(2),
        o -> o.queueCapacity(0),
        o -> o.timeout(Duration.ofSeconds(1)),
        o -> o.queueTimeout(Duration.ofSeconds(2)),
        o -> o.drainTimeout(Duration.ZERO),
        o -> o.traceMode(TraceMode.NEW_TRACE_WITH_LINK),
        o -> o.startMode(StartMode.AFTER_RESPONSE),
        o -> o.baggage(false),
        o -> o.spanAttributes(false),
        o -> o.threads(WorkerOptions.Threads.VIRTUAL),
        o -> o.taskDecorator(body -> body),
        o -> o.captureCheck(WorkerOptions.OnCapture.FAIL),
        o -> o.flush(within -> true));
  }

  @ParameterizedTest
  @MethodSource("badSettings")
  void refusesBadSetting_withNameRuleAndValue(
      UnaryOperator<WorkerOptions.Builder> setting, String message) {
    WorkerOptions.Builder builder = setting.apply(WorkerOptions.builder());
    assertThatThrownBy(builder::build)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }

  private static Stream<Arguments> badSettings() {
    return Stream.of(
        bad(o -> o.name(" "), "name must not be blank, was \" \""),
        bad(o -> o.concurrency(0), "concurrency must be positive, was 0"),
        bad(o -> o.concurrency(-3), "concurrency must be positive, was -3"),
        bad(o -> o.queueCapacity(-1), "queueCapacity must not be negative, was -1"),
        bad(
            o -> o.queueCapacity(Integer.MAX_VALUE),
            "concurrency + queueCapacity must be at most 1073741824, was 2147483655"),
        bad(o -> o.timeout(Duration.ZERO), "timeout must be longer than zero, was PT0S"),
        bad(o -> o.timeout(Duration.ofSeconds(-2)), "timeout must be longer than zero, was PT-2S"),
        bad(o -> o.queueTimeout(Duration.ZERO), "queueTimeout must be longer than zero, was PT0S"),
        bad(
            o -> o.drainTimeout(Duration.ofSeconds(-1)),
            "drainTimeout must not be negative, was PT-1S"));
  }

  private static Arguments bad(UnaryOperator<WorkerOptions.Builder> setting, String message) {
    return Arguments.of(setting, message);
  }

  @ParameterizedTest
  @MethodSource("nulls")
  void refusesNull_byName(UnaryOperator<WorkerOptions.Builder> setting, String name) {
    WorkerOptions.Builder builder = setting.apply(WorkerOptions.builder());
    assertThatThrownBy(builder::build).isInstanceOf(NullPointerException.class).hasMessage(name);
  }

  private static Stream<Arguments> nulls() {
    return Stream.of(
        bad(o -> o.name(null), "name"),
        bad(o -> o.timeout(null), "timeout"),
        bad(o -> o.drainTimeout(null), "drainTimeout"),
        bad(o -> o.traceMode(null), "traceMode"),
        bad(o -> o.startMode(null), "startMode"),
        bad(o -> o.threads(null), "threads"),
        bad(o -> o.captureCheck(null), "captureCheck"));
  }
}
