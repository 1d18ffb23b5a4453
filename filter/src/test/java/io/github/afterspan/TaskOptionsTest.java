// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanKind;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class TaskOptionsTest {

  private static final TaskOptions PLAIN = TaskOptions.named("mail");

  /** Every option, set to something. */
  private static Stream<Function<TaskOptions, TaskOptions>> options() {
    return Stream.of(
        options -> options.timeout(Duration.ofSeconds(10)),
        options -> options.queueTimeout(Duration.ofSeconds(5)),
        options -> options.traceMode(TraceMode.REMOTE_CHILD),
        options -> options.startMode(StartMode.AFTER_RESPONSE),
        options -> options.spanKind(SpanKind.PRODUCER),
        options -> options.attributes(blue()));
  }

  /** Made anew each time, as by those who do not keep their options. */
  private static Attributes blue() {
    return Attributes.of(AttributeKey.stringKey("tenant"), "blue");
  }

  @ParameterizedTest
  @MethodSource("options")
  void eachOptionGivesNewOptions_equalToThoseWithTheSameValues(
      Function<TaskOptions, TaskOptions> option) {
    TaskOptions changed = option.apply(PLAIN);
    assertThat(changed).isNotEqualTo(PLAIN).isNotSameAs(PLAIN);
    assertThat(PLAIN).isEqualTo(TaskOptions.named("mail"));
    assertThat(changed)
        .isEqualTo(option.apply(TaskOptions.named("mail")))
        .hasSameHashCodeAs(option.apply(TaskOptions.named("mail")));
    assertThat(changed).isNotEqualTo(option.apply(TaskOptions.named("other")));
  }

  @Test
  void everyOptionIsKept_whenAnotherIsSet() {
    List<Function<TaskOptions, TaskOptions>> all = options().toList();
    TaskOptions forwards = PLAIN;
    TaskOptions backwards = PLAIN;
    for (int i = 0; i < all.size(); i++) {
      forwards = all.get(i).apply(forwards);
      backwards = all.get(all.size() - 1 - i).apply(backwards);
    }
    assertThat(forwards).isEqualTo(backwards);
    assertThat(forwards)
        .hasToString(
            "TaskOptions{name=mail, timeout=PT10S, queueTimeout=PT5S, traceMode=REMOTE_CHILD,"
                + " startMode=AFTER_RESPONSE, spanKind=PRODUCER, attributes={tenant=\"blue\"}}");
  }

  @Test
  void areNotEqual_whenOnlyTheirHashesAre() {
    assertCollide(TaskOptions.named("Aa"), TaskOptions.named("BB"));
    Duration one = Duration.ofSeconds(51);
    Duration other = Duration.ofNanos(1);
    assertCollide(PLAIN.timeout(one), PLAIN.timeout(other));
    assertCollide(PLAIN.queueTimeout(one), PLAIN.queueTimeout(other));
  }

  private static void assertCollide(TaskOptions one, TaskOptions other) {
    assertThat(one).hasSameHashCodeAs(other).isNotEqualTo(other);
  }

  @Test
  void toStringTellsOnlyWhatIsSet() {
    assertThat(PLAIN).hasToString("TaskOptions{name=mail}");
    assertThat(PLAIN).isNotEqualTo("mail").isNotEqualTo(null).isEqualTo(PLAIN);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "\t\n"})
  void refusesBlankName(String name) {
    assertThatThrownBy(() -> TaskOptions.named(name))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("name must not be blank, was \"" + name + "\"");
  }

  @Test
  void refusesNull_byName() {
    assertNull(() -> TaskOptions.named(null), "name");
    assertNull(() -> PLAIN.timeout(null), "timeout");
    assertNull(() -> PLAIN.queueTimeout(null), "queueTimeout");
    assertNull(() -> PLAIN.traceMode(null), "traceMode");
    assertNull(() -> PLAIN.startMode(null), "startMode");
    assertNull(() -> PLAIN.spanKind(null), "spanKind");
    assertNull(() -> PLAIN.attributes(null), "attributes");
  }

  @Test
  void refusesTimeoutsThatAreNotLongerThanZero() {
    assertThatThrownBy(() -> PLAIN.timeout(Duration.ZERO))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("timeout must be longer than zero, was PT0S");
    assertThatThrownBy(() -> PLAIN.timeout(Duration.ofMillis(-1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("timeout must be longer than zero, was PT-0.001S");
    assertThatThrownBy(() -> PLAIN.queueTimeout(Duration.ZERO))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("queueTimeout must be longer than zero, was PT0S");
  }

  private static void assertNull(Runnable call, String name) {
    assertThatThrownBy(call::run).isInstanceOf(NullPointerException.class).hasMessage(name);
  }
}
