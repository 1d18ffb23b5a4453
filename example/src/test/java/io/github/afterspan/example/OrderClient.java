// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.example;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.afterspan.example.http.Json;
import io.github.afterspan.example.traces.Waterfall;
import io.github.afterspan.example.traces.Waterfall.Row;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.awaitility.Awaitility;

/** An HTTP client of an order service, and a reader of the spans that reached it. */
final class OrderClient {

  static final String TEAPOT = "{\"email\":\"ada@example.com\",\"item\":\"teapot\",\"quantity\":1}";

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final HttpClient http = HttpClient.newHttpClient();
  private final OrderService service;

  OrderClient(OrderService service) {
    this.service = service;
  }

  HttpResponse<String> get(String path) throws Exception {
    return http.send(request(path).GET().build(), HttpResponse.BodyHandlers.ofString());
  }

  HttpResponse<String> post(String path, String body, String... headers) throws Exception {
    HttpRequest.Builder request = request(path).header("Content-Type", "application/json");
    if (headers.length > 0) {
      request.headers(headers);
    }
    return http.send(
        request.POST(HttpRequest.BodyPublishers.ofString(body)).build(),
        HttpResponse.BodyHandlers.ofString());
  }

  /** Sends any request. */
  HttpResponse<String> send(HttpRequest request) throws Exception {
    return http.send(request, HttpResponse.BodyHandlers.ofString());
  }

  HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(service.uri().resolve(path)).timeout(PATIENCE);
  }

  /** Places an order, and returns it as the service answered it. */
  JsonNode place(String path, String body) throws Exception {
    HttpResponse<String> response = post(path, body);
    assertThat(response.statusCode()).as(response.body()).isEqualTo(201);
    return Json.MAPPER.readTree(response.body());
  }

  JsonNode order(JsonNode placed) throws Exception {
    return Json.MAPPER.readTree(get("orders/" + placed.get("id").asText()).body());
  }

  void awaitConfirmation(JsonNode placed, String confirmation) {
    Awaitility.await()
        .atMost(PATIENCE)
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(20))
        .untilAsserted(
            () -> assertThat(order(placed).get("confirmation").asText()).isEqualTo(confirmation));
  }

  /** Waits until a store has both spans of an order, and returns its waterfall. */
  static Waterfall awaitWaterfall(OrderService receiver, JsonNode placed) throws Exception {
    String traceId = placed.get("traceId").asText();
    Waterfall waterfall =
        Waterfall.of(
            receiver
                .traces()
                .await(
                    "order.id",
                    placed.get("id").asText(),
                    traces -> {
                      Waterfall arrived = Waterfall.of(traces, traceId);
                      return arrived.has("handleOrder") && arrived.has("sendConfirmationEmail");
                    },
                    PATIENCE),
            traceId);
    assertThat(waterfall.rows())
        .extracting(Row::name)
        .contains("handleOrder", "sendConfirmationEmail");
    return waterfall;
  }

  static Row mailOf(Waterfall waterfall) {
    return waterfall.rows().stream()
        .filter(row -> row.name().equals("sendConfirmationEmail"))
        .findFirst()
        .orElseThrow();
  }
}
