// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.example;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.afterspan.example.http.Json;
import io.github.afterspan.example.traces.TextWaterfall;
import io.github.afterspan.example.traces.Waterfall;
import io.github.afterspan.example.traces.Waterfall.Tie;
import java.io.IOException;
import java.io.PrintStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;

/**
 * The main job: places one good and one naive order as an HTTP client, and prints for each what
 * became of it. Confined to the thread that runs it.
 */
final class DemoRun {

  /** The longest wait for the spans of an order. */
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private static final String ORDER =
      "{\"email\":\"ada@example.com\",\"item\":\"teapot\",\"quantity\":1}";
  private static final String HANDLER = "handleOrder";
  private static final String MAIL = "sendConfirmationEmail";

  private final HttpClient client = HttpClient.newHttpClient();
  private final OrderService service;
  private final PrintStream out;

  DemoRun(OrderService service, PrintStream out) {
    this.service = service;
    this.out = out;
  }

  /** Returns whether every span arrived, tied as expected. */
  boolean run() throws InterruptedException {
    try {
      warmUp();
      boolean good =
          place("A good order: Afterspan sends its mail behind the response", "orders", Tie.CHILD);
      boolean naive =
          place("A naive order: a plain executor sends its mail", "orders?naive=true", Tie.ORPHAN);
      return good && naive;
    } catch (IOException e) {
      out.println("The service did not answer: " + e);
      return false;
    }
  }

  /**
   * The same once before, so that what is printed does not pay for the JVM's own start. Only while
   * nobody gets the mails; with a mail server from outside, one order that is refused has to do.
   */
  private void warmUp() throws IOException, InterruptedException {
    if (service.embeddedSmtp() == null) {
      post("orders", "{}");
      return;
    }
    for (String path : List.of("orders", "orders?naive=true")) {
      JsonNode order = Json.MAPPER.readTree(post(path, ORDER).body());
      if (service.telemetry().inProcess()) {
        await(order.path("id").asText(), order.path("traceId").asText());
      }
    }
  }

  private boolean place(String title, String path, Tie expected)
      throws IOException, InterruptedException {
    Instant sent = Instant.now();
    HttpResponse<String> response = post(path, ORDER);
    Instant answered = Instant.now();
    out.println(title);
    out.printf(
        Locale.ROOT,
        "  POST /%s answered %d after %.1f ms%n",
        path,
        response.statusCode(),
        ChronoUnit.MICROS.between(sent, answered) / 1000.0);
    if (response.statusCode() != 201) {
      out.println("  " + response.body() + "\n");
      return false;
    }
    JsonNode order = Json.MAPPER.readTree(response.body());
    String traceId = order.path("traceId").asText("none");
    if (!service.telemetry().inProcess()) {
      out.println("  trace " + traceId + " goes to " + service.telemetry().destination() + "\n");
      return true;
    }
    return show(order.path("id").asText(), traceId, micros(sent), micros(answered), expected);
  }

  private boolean show(String orderId, String traceId, long sent, long answered, Tie expected)
      throws InterruptedException {
    Waterfall waterfall = await(orderId, traceId);
    out.println();
    out.print(TextWaterfall.of(waterfall, sent, answered));
    out.println();
    boolean asExpected =
        waterfall.has(HANDLER)
            && waterfall.rows().stream()
                .anyMatch(row -> row.name().equals(MAIL) && row.tie() == expected);
    if (!asExpected) {
      out.println("  Not what was expected within " + PATIENCE.toSeconds() + " s.\n");
    }
    return asExpected;
  }

  /** Waits until both spans of an order have arrived, and returns what has by then. */
  private Waterfall await(String orderId, String traceId) throws InterruptedException {
    return Waterfall.of(
        service
            .traces()
            .await(
                "order.id", orderId, traces -> complete(Waterfall.of(traces, traceId)), PATIENCE),
        traceId);
  }

  private static boolean complete(Waterfall waterfall) {
    return waterfall.has(HANDLER) && waterfall.has(MAIL);
  }

  private static long micros(Instant instant) {
    return ChronoUnit.MICROS.between(Instant.EPOCH, instant);
  }

  private HttpResponse<String> post(String path, String body)
      throws IOException, InterruptedException {
    return client.send(
        HttpRequest.newBuilder(service.uri().resolve(path))
            .header("Content-Type", "application/json")
            .timeout(PATIENCE)
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }
}
