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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The response does not contain the mail's time. */
@Timeout(120)
class SlowMailIT {

  private static final Duration DELAY = Duration.ofSeconds(2);
  private static final int ORDERS = 3;

  @Test
  void answersBeforeMailIsOut_whenMailServerIsSlow() throws Exception {
    Duration fast = slowest(Duration.ZERO);
    Duration slow = slowest(DELAY);

    // The mail alone takes 2 s; half of that leaves room for a busy machine.
    assertThat(fast).isLessThan(DELAY.dividedBy(2));
    assertThat(slow).isLessThan(DELAY.dividedBy(2));
  }

  /** Places orders, and returns the longest wait for a response, but for the JVM's first. */
  private static Duration slowest(Duration delay) throws Exception {
    ServiceSettings settings = ServiceSettings.defaults().port(0).smtpDelay(delay);
    try (OrderService service = OrderService.start(settings)) {
      OrderClient client = new OrderClient(service);
      client.place("orders", TEAPOT);
      Duration slowest = Duration.ZERO;
      for (int i = 0; i < ORDERS; i++) {
        long start = System.nanoTime();
        JsonNode placed = client.place("orders", TEAPOT);
        Duration took = Duration.ofNanos(System.nanoTime() - start);
        slowest = took.compareTo(slowest) > 0 ? took : slowest;
        Row mail = mailOf(awaitWaterfall(service, placed));
        assertThat(mail.endMicros() - mail.startMicros())
            .isGreaterThanOrEqualTo(delay.toNanos() / 1000);
      }
      return slowest;
    }
  }
}
