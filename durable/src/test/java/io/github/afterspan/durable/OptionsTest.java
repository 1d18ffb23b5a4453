// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.durable;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opentelemetry.api.OpenTelemetry;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What is refused before anything runs, in which words; and the waits between attempts. */
@Timeout(60)
class OptionsTest {

  private static final Duration FOREVER = ChronoUnit.FOREVER.getDuration();

  static Stream<Arguments> badOptions() {
    return Stream.of(
        bad(b -> b.name(" "), "name must not be blank, was \" \""),
        bad(
            b -> b.nodeName("x".repeat(51)),
            "nodeName must not be blank and have at most 50 characters, was \""
                + "x".repeat(51)
                + "\""),
        bad(
            b -> b.table("jobs; drop table orders"),
            "table must be a plain SQL name, with a schema or without, was \"jobs; drop table"
                + " orders\""),
        bad(b -> b.concurrency(-1), "concurrency must not be negative, was -1"),
        bad(b -> b.attempts(0), "attempts must be positive, was 0"),
        bad(b -> b.pollInterval(Duration.ZERO), "pollInterval must be at least 1 ms, was PT0S"),
        bad(
            b -> b.heartbeatInterval(Duration.ofMillis(-1)),
            "heartbeatInterval must be at least 1 ms, was PT-0.001S"),
        bad(b -> b.timeout(Duration.ZERO), "timeout must be at least 1 ms, was PT0S"),
        bad(
            b -> b.timeout(FOREVER),
            "timeout must be at most 365 days, was PT2562047788015215H30M7.999999999S"),
        bad(
            b -> b.maxBackoff(Duration.ofDays(366)),
            "maxBackoff must be at most 365 days, was PT8784H"),
        bad(
            b -> b.drainTimeout(Duration.ofDays(365).plusNanos(1)),
            "drainTimeout must be at most 365 days, was PT8760H0.000000001S"),
        bad(
            b -> b.maxBackoff(Duration.ofMillis(1)),
            "maxBackoff must be at least backoff, was PT0.001S with backoff PT1S"),
        bad(
            b -> b.drainTimeout(Duration.ofSeconds(-1)),
            "drainTimeout must not be negative, was PT-1S"));
  }

  private static Arguments bad(UnaryOperator<DurableOptions.Builder> change, String message) {
    return Arguments.of(change, message);
  }

  @ParameterizedTest
  @MethodSource("badOptions")
  void refusesBadOption(UnaryOperator<DurableOptions.Builder> change, String message) {
    assertThatThrownBy(() -> change.apply(DurableOptions.builder()).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }

  @Test
  void nodeNamesDiffer_unlessSet() {
    assertThat(DurableOptions.defaults().nodeName())
        .isNotEqualTo(DurableOptions.defaults().nodeName());
  }

  @Test
  void refusesBadJobOptions() {
    Instant now = Instant.now();
    assertThatThrownBy(() -> JobOptions.defaults().key("x".repeat(201)))
        .hasMessage("key must not be blank and have at most 200 characters, was one of 201");
    assertThatThrownBy(() -> JobOptions.defaults().key(" "))
        .hasMessage("key must not be blank and have at most 200 characters, was \" \"");
    assertThatThrownBy(() -> JobOptions.defaults().runAt(now).deadline(now))
        .hasMessage("deadline must be after runAt, was " + now + " with runAt " + now);
  }

  @Test
  void refusesBadRegistration() {
    DurableWorkers.Builder builder =
        DurableWorkers.builder(OpenTelemetry.noop(), new JdbcDataSource())
            .runsElsewhere("mail", Mail.class);
    assertThatThrownBy(() -> builder.handler("mail", Mail.class, (mail, job) -> {}))
        .hasMessage("handler \"mail\" is registered twice");
    assertThatThrownBy(() -> builder.handler("dead:mail", Mail.class, (mail, job) -> {}))
        .hasMessage(
            "handler must have a name that does not start with \"dead:\", was \"dead:mail\"");
    assertThatThrownBy(() -> builder.handler("", Mail.class, (mail, job) -> {}))
        .hasMessage("handler must have a name of 1 to 100 characters, was \"\"");
    assertThatThrownBy(() -> builder.handler("fax", Mail.class, Duration.ZERO, (mail, job) -> {}))
        .hasMessage("timeout must be at least 1 ms, was PT0S");
    assertThatThrownBy(() -> builder.handler("fax", Mail.class, FOREVER, (mail, job) -> {}))
        .hasMessageStartingWith("timeout must be at most 365 days, was PT");
    assertThatThrownBy(() -> DurableWorkers.builder(OpenTelemetry.noop(), "jdbc/none"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("jndiName must be that of a DataSource, was \"jdbc/none\": ");
  }

  @Test
  void waitsDouble_andAreSpreadAndBounded() {
    Backoff backoff = new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(10));

    assertThat(backoff.after(1, 0.5)).isEqualTo(Duration.ofSeconds(1));
    assertThat(backoff.after(2, 0.5)).isEqualTo(Duration.ofSeconds(2));
    assertThat(backoff.after(4, 0.5)).isEqualTo(Duration.ofSeconds(8));
    assertThat(backoff.after(1, 0)).isEqualTo(Duration.ofMillis(800));
    assertThat(backoff.after(1, 1)).isEqualTo(Duration.ofMillis(1200));
    assertThat(backoff.after(1000, 1)).isEqualTo(Duration.ofSeconds(10));
  }
}
