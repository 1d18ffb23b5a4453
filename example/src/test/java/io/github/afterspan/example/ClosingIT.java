// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.example;

import static io.github.afterspan.example.OrderClient.TEAPOT;
import static io.github.afterspan.example.OrderClient.awaitWaterfall;
import static io.github.afterspan.example.OrderClient.mailOf;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.afterspan.example.mail.EmbeddedSmtp;
import io.github.afterspan.example.traces.Waterfall.Tie;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The service goes down in the order in which its parts need each other. */
@Timeout(300)
class ClosingIT {

  private static final ServiceSettings SETTINGS = ServiceSettings.defaults().port(0);

  @Test
  void sendsMailAndExportsItsSpan_whenClosedRightAfterOrder() throws Exception {
    try (OrderService receiver = OrderService.start(SETTINGS)) {
      OrderService service =
          OrderService.start(
              SETTINGS
                  .smtpDelay(Duration.ofSeconds(1))
                  .telemetry(
                      Map.of(
                          "otel.exporter.otlp.endpoint",
                          receiver.uri().toString(),
                          // Nothing but the flush at the end exports.
                          "otel.bsp.schedule.delay",
                          "600000")));
      EmbeddedSmtp mails = service.embeddedSmtp();
      JsonNode placed = new OrderClient(service).place("orders", TEAPOT);
      assertThat(mails.recipients()).isEmpty();

      service.close();

      assertThat(mails.recipients()).containsExactly("ada@example.com");
      assertThat(mailOf(awaitWaterfall(receiver, placed)).tie()).isEqualTo(Tie.CHILD);
    }
  }

  @Test
  void refusesNewOrdersAndFinishesAcceptedOnes_whenClosing() throws Exception {
    OrderService service = OrderService.start(SETTINGS.smtpDelay(Duration.ofSeconds(3)));
    EmbeddedSmtp mails = service.embeddedSmtp();
    OrderClient client = new OrderClient(service);
    client.place("orders", TEAPOT);

    CompletableFuture<Void> closed = CompletableFuture.runAsync(service::close);

    Awaitility.await()
        .atMost(Duration.ofSeconds(20))
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(20))
        .untilAsserted(() -> assertThat(client.post("orders", TEAPOT).statusCode()).isEqualTo(503));
    assertThat(closed).as("the drain is under way").isNotDone();
    assertThat(mails.recipients()).isEmpty();
    closed.get(30, TimeUnit.SECONDS);
    assertThat(mails.recipients()).isNotEmpty().hasSize(service.orders().size());
    assertThat(reachable(client)).isFalse();
  }

  private static boolean reachable(OrderClient client) throws Exception {
    try {
      client.get("");
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}
