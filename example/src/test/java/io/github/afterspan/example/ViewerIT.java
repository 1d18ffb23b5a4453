// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.example;

import static io.github.afterspan.example.OrderClient.TEAPOT;
import static io.github.afterspan.example.OrderClient.awaitWaterfall;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ByteString;
import io.github.afterspan.example.http.Json;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import java.io.ByteArrayOutputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a browser and an exporter see of the viewer inside the process. */
@Timeout(300)
class ViewerIT {

  private static final String PROTOBUF = "application/x-protobuf";

  private static OrderService service;
  private static OrderClient client;

  @BeforeAll
  static void start() throws Exception {
    service = OrderService.start(ServiceSettings.defaults().port(0).smtpDelay(Duration.ZERO));
    client = new OrderClient(service);
  }

  @AfterAll
  static void stop() {
    service.close();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'' | text/html | Place the orders",
        "page/page.js | text/javascript | placeAll",
        "page/waterfall.js | text/javascript | export function draw",
        "page/page.css | text/css | prefers-color-scheme",
        "page/icon.svg | image/svg+xml | <svg",
        "zipkin/ | text/html | <title>Zipkin</title>",
        "zipkin/traces/abc | text/html | <title>Zipkin</title>",
        "zipkin/config.json | application/json | defaultLookback",
      })
  void servesFile_whenItIsPartOfAPage(String path, String type, String content) throws Exception {
    HttpResponse<String> response = client.get(path);

    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.headers().firstValue("Content-Type").orElse("")).startsWith(type);
    assertThat(response.body()).contains(content);
  }

  @Test
  void servesEveryFileThatZipkinsPageNames() throws Exception {
    String page = client.get("zipkin/").body();
    java.util.regex.Matcher file =
        java.util.regex.Pattern.compile("(?:src|href)=\"/(zipkin/[^\"]+\\.[a-z]+)\"").matcher(page);

    int files = 0;
    while (file.find()) {
      assertThat(client.get(file.group(1)).statusCode()).as(file.group(1)).isEqualTo(200);
      files++;
    }
    assertThat(files).isGreaterThanOrEqualTo(3);
  }

  @Test
  void startPageLoadsNothingFromElsewhere() throws Exception {
    HttpResponse<String> response = client.get("");

    assertThat(response.headers().firstValue("Content-Security-Policy").orElse(""))
        .contains("default-src 'self'");
    assertThat(response.body()).doesNotContain("http://").doesNotContain("https://");
  }

  @ParameterizedTest
  @ValueSource(strings = {"page/none.js", "page/%2e%2e/simplelogger.properties", "page/..%2fx.css"})
  void servesNothing_whenFileIsNotPartOfAPage(String path) throws Exception {
    HttpResponse<String> response = client.get(path);

    assertThat(response.statusCode()).isBetween(400, 499);
    assertThat(response.body()).doesNotContain("simpleLogger");
  }

  @Test
  void zipkinApiFindsTrace_onceItsSpansArrived() throws Exception {
    JsonNode placed = client.place("orders", TEAPOT);
    awaitWaterfall(service, placed);
    String traceId = placed.get("traceId").asText();

    assertThat(json("zipkin/api/v2/trace/" + traceId)).hasSize(2);
    assertThat(json("zipkin/api/v2/services").toString()).contains("order-service");
    assertThat(json("zipkin/api/v2/spans?serviceName=order-service").toString())
        .contains("handleorder", "sendconfirmationemail");
    assertThat(json("zipkin/api/v2/remoteServices?serviceName=order-service")).isEmpty();
    assertThat(json("zipkin/api/v2/dependencies?endTs=" + System.currentTimeMillis())).isEmpty();
    assertThat(json("zipkin/api/v2/autocompleteKeys")).isEmpty();
    String query = "zipkin/api/v2/traces?limit=5&annotationQuery=order.id%3D";
    assertThat(json(query + placed.get("id").asText())).hasSize(1);
    assertThat(json(query + "none")).isEmpty();
    JsonNode waterfall =
        json("waterfall?order=" + placed.get("id").asText() + "&trace=" + traceId).get("rows");
    assertThat(waterfall.findValuesAsText("tie")).containsExactly("ROOT", "CHILD");
  }

  @Test
  void zipkinApiRefuses_whenQueryMakesNoSense() throws Exception {
    assertThat(client.get("zipkin/api/v2/traces?limit=many").statusCode()).isEqualTo(400);
    assertThat(client.get("zipkin/api/v2/traces?limit=0").statusCode()).isEqualTo(400);
    assertThat(client.get("zipkin/api/v2/spans").statusCode()).isEqualTo(400);
    assertThat(client.get("zipkin/api/v2/trace/0000000000000001").statusCode()).isEqualTo(404);
    assertThat(client.get("zipkin/api/v2/none").statusCode()).isEqualTo(404);
    assertThat(client.get("waterfall").statusCode()).isEqualTo(400);
    assertThat(client.get("waterfall?order=x&trace=y").statusCode()).isEqualTo(400);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void receivesSpans_zippedOrNot(boolean zipped) throws Exception {
    String traceId =
        zipped ? "0af7651916cd43dd8448eb211c80319c" : "0af7651916cd43dd8448eb211c80319d";
    byte[] body = export(traceId).toByteArray();

    assertThat(receive(zipped ? zip(body) : body, PROTOBUF, zipped).statusCode()).isEqualTo(200);

    JsonNode span = json("zipkin/api/v2/trace/" + traceId).get(0);
    assertThat(span.at("/tags/otel.span.name").asText()).isEqualTo("doWork");
  }

  @Test
  void receiverRefuses_whenBodyIsNoExportRequest() throws Exception {
    byte[] noise = {-1, -1, -1, -1};

    assertThat(receive(noise, PROTOBUF, false).statusCode()).isEqualTo(400);
    assertThat(receive(noise, PROTOBUF, true).statusCode()).isEqualTo(400);
    assertThat(receive(noise, "application/json", false).statusCode()).isEqualTo(415);
    assertThat(receive(zip(new byte[17 * 1024 * 1024]), PROTOBUF, true).statusCode())
        .isEqualTo(413);
  }

  @Test
  void waterfallSaysWhereSpansGo_whenTheyGoElsewhere() throws Exception {
    String elsewhere = service.uri().toString();
    ServiceSettings settings =
        ServiceSettings.defaults()
            .port(0)
            .telemetry(Map.of("otel.exporter.otlp.endpoint", elsewhere));
    try (OrderService other = OrderService.start(settings)) {
      OrderClient ofOther = new OrderClient(other);
      JsonNode placed = ofOther.place("orders", TEAPOT);

      awaitWaterfall(service, placed);
      JsonNode waterfall =
          Json.MAPPER.readTree(ofOther.get("waterfall?order=" + placed.get("id").asText()).body());
      assertThat(waterfall.get("elsewhere").asText()).isEqualTo(elsewhere);
      assertThat(waterfall.get("rows")).isEmpty();
    }
  }

  private static JsonNode json(String path) throws Exception {
    HttpResponse<String> response = client.get(path);
    assertThat(response.statusCode()).as(path).isEqualTo(200);
    assertThat(response.headers().firstValue("Content-Type")).hasValue("application/json");
    return Json.MAPPER.readTree(response.body());
  }

  private static HttpResponse<String> receive(byte[] body, String type, boolean zipped)
      throws Exception {
    HttpRequest.Builder request =
        client
            .request("v1/traces")
            .header("Content-Type", type)
            .POST(BodyPublishers.ofByteArray(body));
    return client.send((zipped ? request.header("Content-Encoding", "gzip") : request).build());
  }

  private static byte[] zip(byte[] bytes) throws Exception {
    ByteArrayOutputStream zipped = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(zipped)) {
      out.write(bytes);
    }
    return zipped.toByteArray();
  }

  private static ExportTraceServiceRequest export(String traceId) {
    long now = Instant.now().toEpochMilli() * 1_000_000;
    Span span =
        Span.newBuilder()
            .setTraceId(ByteString.copyFrom(HexFormat.of().parseHex(traceId)))
            .setSpanId(ByteString.copyFrom(HexFormat.of().parseHex("b7ad6b7169203331")))
            .setName("doWork")
            .setStartTimeUnixNano(now)
            .setEndTimeUnixNano(now + 1_000_000)
            .build();
    return ExportTraceServiceRequest.newBuilder()
        .addResourceSpans(
            ResourceSpans.newBuilder().addScopeSpans(ScopeSpans.newBuilder().addSpans(span)))
        .build();
  }
}
