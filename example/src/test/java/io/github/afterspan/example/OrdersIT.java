// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.example;

import static io.github.afterspan.example.OrderClient.TEAPOT;
import static io.github.afterspan.example.OrderClient.awaitWaterfall;
import static io.github.afterspan.example.OrderClient.mailOf;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.afterspan.WorkerOptions;
import io.github.afterspan.example.http.Json;
import io.github.afterspan.example.mail.EmbeddedSmtp;
import io.github.afterspan.example.mail.SmtpServer;
import io.github.afterspan.example.traces.Waterfall;
import io.github.afterspan.example.traces.Waterfall.Row;
import io.github.afterspan.example.traces.Waterfall.Tie;
import java.net.ServerSocket;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Orders, their mails and their spans. */
@Timeout(300)
class OrdersIT {

  private static final ServiceSettings SETTINGS =
      ServiceSettings.defaults().port(0).smtpDelay(Duration.ZERO);

  private static OrderService service;
  private static OrderClient client;

  @BeforeAll
  static void start() throws Exception {
    service = OrderService.start(SETTINGS);
    client = new OrderClient(service);
  }

  @AfterAll
  static void stop() {
    service.close();
  }

  @Test
  void answers201WithLocationAndTraceId_whenOrderIsPlaced() throws Exception {
    HttpResponse<String> response = client.post("orders", TEAPOT);

    assertThat(response.statusCode()).isEqualTo(201);
    JsonNode order = Json.MAPPER.readTree(response.body());
    assertThat(order.get("traceId").asText()).matches("[0-9a-f]{32}").isNotEqualTo("0".repeat(32));
    assertThat(order.get("email").asText()).isEqualTo("ada@example.com");
    assertThat(order.get("item").asText()).isEqualTo("teapot");
    assertThat(order.get("quantity").asInt()).isEqualTo(1);
    String location = response.headers().firstValue("Location").orElseThrow();
    assertThat(location).isEqualTo(service.uri() + "orders/" + order.get("id").asText());
    assertThat(client.get(location).statusCode()).isEqualTo(200);
  }

  @Test
  void sendsMail_whenOrderIsPlaced() throws Exception {
    JsonNode placed =
        client.place("orders", "{\"email\":\"one@example.com\",\"item\":\"cup\",\"quantity\":2}");

    client.awaitConfirmation(placed, "sent");
    assertThat(service.embeddedSmtp().recipients()).containsOnlyOnce("one@example.com");
  }

  @Test
  void answersOnceTheMailIsSent_whenConfirmationIsAskedForAgain() throws Exception {
    String body = "{\"email\":\"twice@example.com\",\"item\":\"cup\",\"quantity\":1}";
    JsonNode placed = client.place("orders", body);
    client.awaitConfirmation(placed, "sent");

    HttpResponse<String> again =
        client.post("orders/" + placed.get("id").asText() + "/confirmation", "");

    assertThat(again.statusCode()).as(again.body()).isEqualTo(200);
    assertThat(service.embeddedSmtp().recipients())
        .filteredOn("twice@example.com"::equals)
        .hasSize(2);
  }

  @Test
  void answers502_whenMailServerRefusesTheSecondConfirmation() throws Exception {
    String body = "{\"email\":\"again@refused.example\",\"item\":\"cup\",\"quantity\":1}";
    JsonNode placed = client.place("orders", body);
    client.awaitConfirmation(placed, "failed");

    HttpResponse<String> again =
        client.post("orders/" + placed.get("id").asText() + "/confirmation", "");

    assertThat(again.statusCode()).as(again.body()).isEqualTo(502);
    assertThat(again.headers().firstValue("Content-Type").orElseThrow())
        .startsWith("application/problem+json");
    assertThat(client.post("orders/none/confirmation", "").statusCode()).isEqualTo(404);
  }

  @Test
  void mailSpanIsChildOfHandlerSpan_whenDispatched() throws Exception {
    Waterfall waterfall = awaitWaterfall(service, client.place("orders", TEAPOT));

    assertThat(waterfall.rows()).extracting(Row::tie).containsExactly(Tie.ROOT, Tie.CHILD);
    assertThat(mailOf(waterfall).parentName()).isEqualTo("handleOrder");
    assertThat(mailOf(waterfall).error()).isNull();
  }

  @Test
  void mailSpanIsOrphan_whenHandedToPlainExecutor() throws Exception {
    JsonNode placed = client.place("orders?naive=true", TEAPOT);
    Waterfall waterfall = awaitWaterfall(service, placed);

    assertThat(waterfall.rows()).extracting(Row::tie).containsExactly(Tie.ROOT, Tie.ORPHAN);
    assertThat(mailOf(waterfall).traceId()).isNotEqualTo(placed.get("traceId").asText());
    client.awaitConfirmation(placed, "sent");
  }

  @Test
  void continuesTraceOfClient_whenRequestHasTraceparent() throws Exception {
    String traceId = "4bf92f3577b34da6a3ce929d0e0e4736";
    HttpResponse<String> response =
        client.post("orders", TEAPOT, "traceparent", "00-" + traceId + "-00f067aa0ba902b7-01");
    JsonNode placed = Json.MAPPER.readTree(response.body());

    assertThat(placed.get("traceId").asText()).isEqualTo(traceId);
    Waterfall waterfall = awaitWaterfall(service, placed);
    assertThat(waterfall.rows().get(0).parentId()).isEqualTo("00f067aa0ba902b7");
    assertThat(waterfall.rows())
        .extracting(Row::tie)
        .containsExactly(Tie.MISSING_PARENT, Tie.CHILD);
  }

  @Test
  void orderStaysAndSpanFails_whenMailServerRefusesAddress() throws Exception {
    JsonNode placed =
        client.place(
            "orders", "{\"email\":\"grace@refused.example\",\"item\":\"cup\",\"quantity\":1}");

    client.awaitConfirmation(placed, "failed");
    Row mail = mailOf(awaitWaterfall(service, placed));
    assertThat(mail.tie()).isEqualTo(Tie.CHILD);
    assertThat(mail.error()).contains("550 5.1.1");
  }

  @Test
  void orderStaysAndSpanFails_whenMailServerIsDown() throws Exception {
    int closedPort;
    try (ServerSocket socket = new ServerSocket(0)) {
      closedPort = socket.getLocalPort();
    }
    SmtpServer down = new SmtpServer("127.0.0.1", closedPort, false, null, null);
    try (OrderService mailless = OrderService.start(SETTINGS.smtp(down))) {
      OrderClient ofMailless = new OrderClient(mailless);
      JsonNode placed = ofMailless.place("orders", TEAPOT);

      ofMailless.awaitConfirmation(placed, "failed");
      assertThat(mailOf(awaitWaterfall(mailless, placed)).error()).contains("" + closedPort);
    }
  }

  @Test
  void sendsMailThere_whenMailServerIsConfigured() throws Exception {
    try (EmbeddedSmtp configured = EmbeddedSmtp.start(Duration.ZERO);
        OrderService elsewhere = OrderService.start(SETTINGS.smtp(configured.address()))) {
      OrderClient ofElsewhere = new OrderClient(elsewhere);
      JsonNode placed = ofElsewhere.place("orders", TEAPOT);

      ofElsewhere.awaitConfirmation(placed, "sent");
      assertThat(configured.recipients()).containsExactly("ada@example.com");
      assertThat(elsewhere.embeddedSmtp()).isNull();
    }
  }

  @Test
  void sendsNoPassword_whenMailServerOffersNoTls() throws Exception {
    try (EmbeddedSmtp plain = EmbeddedSmtp.start(Duration.ZERO)) {
      SmtpServer login =
          new SmtpServer("127.0.0.1", plain.address().port(), false, "ada", "secret");
      try (OrderService careful = OrderService.start(SETTINGS.smtp(login))) {
        OrderClient ofCareful = new OrderClient(careful);
        JsonNode placed = ofCareful.place("orders", TEAPOT);

        ofCareful.awaitConfirmation(placed, "failed");
        assertThat(mailOf(awaitWaterfall(careful, placed)).error())
            .contains("STARTTLS is required");
      }
    }
  }

  @Test
  void orderStaysAndSaysSo_whenMailIsRejectedByFullQueue() throws Exception {
    WorkerOptions narrow = WorkerOptions.builder().concurrency(1).queueCapacity(0).build();
    ServiceSettings slow = SETTINGS.workers(narrow).smtpDelay(Duration.ofSeconds(2));
    try (OrderService crowded = OrderService.start(slow)) {
      OrderClient ofCrowded = new OrderClient(crowded);
      JsonNode first = ofCrowded.place("orders", TEAPOT);
      JsonNode second = ofCrowded.place("orders", TEAPOT);

      assertThat(first.get("confirmation").asText()).isEqualTo("pending");
      assertThat(second.get("confirmation").asText()).isEqualTo("refused");
      assertThat(ofCrowded.order(second)).isEqualTo(second);
      ofCrowded.awaitConfirmation(first, "sent");
      assertThat(crowded.embeddedSmtp().recipients()).hasSize(1);
    }
  }
}
