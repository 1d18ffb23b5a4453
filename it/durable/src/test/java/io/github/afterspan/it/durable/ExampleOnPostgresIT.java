// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it.durable;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.afterspan.it.OtlpReceiver;
import io.github.afterspan.it.ReceivedSpan;
import io.github.afterspan.it.export.ChildJvm;
import io.github.afterspan.it.export.WorkJvm;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The order service as a process, told to keep its durable orders in PostgreSQL. */
@Timeout(300)
class ExampleOnPostgresIT {

  private static final Pattern LISTENING =
      Pattern.compile("ide by side +http://127\\.0\\.0\\.1:(\\d+)/");
  private static final Pattern ID = Pattern.compile("\"id\" ?: ?\"([^\"]+)\"");

  private final HttpClient client = HttpClient.newHttpClient();

  @Test
  void sendsMailOfDurableOrderInItsTrace() throws Exception {
    try (Postgres server = Postgres.start();
        OtlpReceiver receiver = OtlpReceiver.start()) {
      Map<String, String> environment = new HashMap<>(WorkJvm.exportingTo(receiver));
      environment.put("ORDERS_DATABASE", server.newDatabase("example"));
      List<String> arguments = new ArrayList<>(WorkJvm.SMALL);
      arguments.addAll(List.of("-jar", System.getProperty("afterspan.example")));
      arguments.addAll(List.of("--no-orders", "--port", "0", "--smtp-delay", "0ms"));
      try (ChildJvm service = new ChildJvm(arguments, environment, LISTENING)) {
        URI orders = URI.create("http://127.0.0.1:" + service.port() + "/orders");
        HttpResponse<String> placed = place(URI.create(orders + "?durable=true"));
        assertThat(placed.statusCode()).as(placed.body()).isEqualTo(201);
        Matcher id = ID.matcher(placed.body());
        assertThat(id.find()).isTrue();
        await()
            .atMost(Duration.ofSeconds(60))
            .until(() -> get(URI.create(orders + "/" + id.group(1))).contains("\"sent\""));

        ReceivedSpan send = receiver.awaitSpan("send send-confirmation");
        ReceivedSpan process = receiver.awaitSpan("process send-confirmation");
        assertThat(placed.body()).contains(send.traceId());
        assertThat(process.traceId()).isEqualTo(send.traceId());
        assertThat(process.parentSpanId()).isEqualTo(send.spanId());
      }
    }
  }

  private HttpResponse<String> place(URI uri) throws Exception {
    return client.send(
        HttpRequest.newBuilder(uri)
            .header("Content-Type", "application/json")
            .POST(
                HttpRequest.BodyPublishers.ofString(
                    "{\"email\":\"ada@example.com\",\"item\":\"teapot\",\"quantity\":1}"))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private String get(URI uri) throws Exception {
    return client
        .send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString())
        .body();
  }
}
