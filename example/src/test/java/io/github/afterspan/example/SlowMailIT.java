// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.example;

import static io.github.afterspan.example.OrderClient.TEAPOT;
import static io.github.afterspan.example.OrderClient.awaitWaterfall;
import static io.github.afterspan.example.OrderClient.mailOf;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.afterspan.example.traces.Waterfall.Row;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The response does not contain the mail's time. */
@Timeout(300)
class SlowMailIT {

  private static final Duration DELAY = Duration.ofSeconds(2);
  private static final int ORDERS = 3;

  @Test
  void answersBeforeMailIsOut_whenMailServerIsSlow() throws Exception {
    // The mail alone takes 2 s. Nothing tighter than that, as the machine may be busy.
    assertThat(slowest(Duration.ZERO)).isLessThan(DELAY);
    assertThat(slowest(DELAY)).isLessThan(DELAY);
  }

  /** Places orders, and returns the longest wait for a response, but for the JVM's first. */
  private static Duration slowest(Duration delay) throws Exception {
    ServiceSettings settings = ServiceSettings.defaults().port(0).smtpDelay(delay);
    try (OrderService service = OrderService.start(settings)) {
      OrderClient client = new OrderClient(service);
      client.place("orders", TEAPOT);
      Duration slowest = Duration.ZERO;
      for (int i = 0; i < ORDERS; i++) {
        Instant sent = Instant.now();
        JsonNode placed = client.place("orders", TEAPOT);
        Instant answered = Instant.now();
        Row mail = mailOf(awaitWaterfall(service, placed));
        if (!delay.isZero()) {
          assertThat(mail.endMicros()).isGreaterThan(micros(answered));
        }
        assertThat(mail.endMicros() - mail.startMicros())
            .isGreaterThanOrEqualTo(delay.toNanos() / 1000);
        Duration took = Duration.between(sent, answered);
        slowest = took.compareTo(slowest) > 0 ? took : slowest;
      }
      return slowest;
    }
  }

  private static long micros(Instant instant) {
    return ChronoUnit.MICROS.between(Instant.EPOCH, instant);
  }
}
