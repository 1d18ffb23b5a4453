// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.example.orders;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.afterspan.durable.DurableWorkers;
import io.github.afterspan.example.OrderService;
import io.github.afterspan.example.ServiceSettings;
import io.github.afterspan.example.http.Json;
import io.github.afterspan.example.mail.SmtpServer;
import io.github.afterspan.example.traces.Waterfall;
import io.github.afterspan.example.traces.Waterfall.Row;
import io.github.afterspan.example.traces.Waterfall.Tie;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Orders with their mails in one transaction. */
@Timeout(300)
class DurableOrdersIT {

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String HANDLER = "handleOrder";
  private static final String SEND = "send send-confirmation";
  private static final String PROCESS = "process send-confirmation";
  private static final ServiceSettings SETTINGS =
      ServiceSettings.defaults().port(0).smtpDelay(Duration.ZERO);

  private final HttpClient client = HttpClient.newHttpClient();

  @Test
  void sendsMailInTheSameTrace_whenOrderIsCommitted() throws Exception {
    try (OrderService service = OrderService.start(SETTINGS)) {
      JsonNode placed = place(service, "ada@example.com");

      awaitSent(service, placed);
      assertThat(service.embeddedSmtp().recipients()).containsExactly("ada@example.com");
      Waterfall waterfall = waterfall(service, placed);
      assertThat(waterfall.rows())
          .extracting(Row::name, Row::parentName, Row::tie)
          .containsExactly(
              tuple(HANDLER, null, Tie.ROOT),
              tuple(SEND, HANDLER, Tie.CHILD),
              tuple(PROCESS, SEND, Tie.CHILD));
      assertThat(service.orders().size()).isZero();
    }
  }

  @Test
  void sendsNoMailAndKeepsNoOrder_whenTransactionIsRolledBack() throws Exception {
    try (OrderService service = OrderService.start(SETTINGS)) {
      DurableOrders orders = service.durableOrders();
      Order rolledBack =
          new NewOrder("nobody@example.com", "teapot", 1)
              .toOrder(UUID.randomUUID().toString(), Instant.now(), null);
      try (Connection connection = orders.connect()) {
        connection.setAutoCommit(false);
        orders.add(connection, rolledBack, orders.workers().dispatcher());
        connection.rollback();
      }

      awaitSent(service, place(service, "ada@example.com"));
      assertThat(service.embeddedSmtp().recipients()).containsExactly("ada@example.com");
      assertThat(get(service, rolledBack.id()).statusCode()).isEqualTo(404);
      DurableWorkers.Status status = orders.workers().status();
      assertThat(status.ready() + status.waiting() + status.dead()).isZero();
    }
  }

  @Test
  void nextProcessSendsTheMail_whenTheMailServerWasAway(@TempDir Path folder) throws Exception {
    ServiceSettings kept = SETTINGS.database("jdbc:sqlite:" + folder.resolve("orders.db"));
    JsonNode placed;
    try (OrderService first =
        OrderService.start(kept.smtp(SmtpServer.parse("smtp://127.0.0.1:1")))) {
      placed = place(first, "ada@example.com");
      await()
          .atMost(PATIENCE)
          .until(() -> order(first, placed).get("confirmation").asText().equals("failed"));
    }

    try (OrderService next = OrderService.start(kept)) {
      awaitSent(next, placed);
      assertThat(next.embeddedSmtp().recipients()).containsExactly("ada@example.com");
      String trace = placed.get("traceId").asText();
      next.traces()
          .await(
              "order.id",
              placed.get("id").asText(),
              traces -> Waterfall.of(traces, trace).has(PROCESS),
              PATIENCE)
          .forEach(spans -> assertThat(spans.get(0).traceId()).isEqualTo(trace));
    }
  }

  @Test
  void answers400_whenOrderIsToBeNaiveAndDurable() throws Exception {
    try (OrderService service = OrderService.start(SETTINGS)) {
      HttpResponse<String> response =
          post(service, "orders?naive=true&durable=true", "ada@example.com");

      assertThat(response.statusCode()).isEqualTo(400);
      assertThat(response.body()).contains("must not be true beside naive=true");
    }
  }

  private JsonNode place(OrderService service, String email) throws Exception {
    HttpResponse<String> response = post(service, "orders?durable=true", email);
    assertThat(response.statusCode()).as(response.body()).isEqualTo(201);
    return Json.MAPPER.readTree(response.body());
  }

  private HttpResponse<String> post(OrderService service, String path, String email)
      throws Exception {
    String body = "{\"email\":\"" + email + "\",\"item\":\"teapot\",\"quantity\":1}";
    return client.send(
        HttpRequest.newBuilder(service.uri().resolve(path))
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private HttpResponse<String> get(OrderService service, String id) throws Exception {
    return client.send(
        HttpRequest.newBuilder(service.uri().resolve("orders/" + id)).build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private JsonNode order(OrderService service, JsonNode placed) throws Exception {
    return Json.MAPPER.readTree(get(service, placed.get("id").asText()).body());
  }

  private void awaitSent(OrderService service, JsonNode placed) {
    await()
        .atMost(PATIENCE)
        .until(() -> order(service, placed).get("confirmation").asText().equals("sent"));
  }

  private static Waterfall waterfall(OrderService service, JsonNode placed) throws Exception {
    String trace = placed.get("traceId").asText();
    return Waterfall.of(
        service
            .traces()
            .await(
                "order.id",
                placed.get("id").asText(),
                traces -> {
                  Waterfall arrived = Waterfall.of(traces, trace);
                  return Set.of(HANDLER, SEND, PROCESS).stream().allMatch(arrived::has);
                },
                PATIENCE),
        trace);
  }
}
