// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.example;

import static io.github.afterspan.example.OrderClient.TEAPOT;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.afterspan.example.http.BodyLimit;
import io.github.afterspan.example.http.Json;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Bad input gets problem+json that says what is wrong, and places no order. */
@Timeout(300)
class ProblemsIT {

  private static OrderService service;
  private static OrderClient client;

  @BeforeAll
  static void start() throws Exception {
    service = OrderService.start(ServiceSettings.defaults().port(0));
    client = new OrderClient(service);
  }

  @AfterAll
  static void stop() {
    service.close();
  }

  @AfterEach
  void noOrderWasPlaced() {
    assertThat(service.orders().size()).isZero();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "{\"item\":\"cup\",\"quantity\":1} | email | is missing",
        "{\"email\":null,\"item\":\"cup\",\"quantity\":1} | email | is missing",
        "{\"email\":\"ada\",\"item\":\"cup\",\"quantity\":1} | email | must be an address such as"
            + " ada@example.com, of at most 254 characters",
        "{\"email\":7,\"item\":\"cup\",\"quantity\":1} | email | must be a string",
        "{\"email\":\"a@b.example\",\"quantity\":1} | item | is missing",
        "{\"email\":\"a@b.example\",\"item\":\" \",\"quantity\":1} | item | must be 1 to 200"
            + " characters, none of them a control",
        "{\"email\":\"a@b.example\",\"item\":\"cup\"} | quantity | is missing",
        "{\"email\":\"a@b.example\",\"item\":\"cup\",\"quantity\":0} | quantity | must be 1 to"
            + " 1000, was 0",
        "{\"email\":\"a@b.example\",\"item\":\"cup\",\"quantity\":\"1\"} | quantity | must be a"
            + " whole number",
        "{\"email\":\"a@b.example\",\"item\":\"cup\",\"quantity\":1.5} | quantity | must be a whole"
            + " number",
        "{\"email\":\"a@b.example\",\"item\":\"cup\",\"quantity\":99999999999} | quantity | must be"
            + " a whole number of an ordinary size",
        "{\"email\":\"a@b.example\",\"item\":\"cup\",\"quantity\":1,\"colour\":\"red\"} | colour |"
            + " is unknown; the fields are email, item, quantity",
      })
  void answers400NamingField_whenFieldIsWrong(String body, String field, String detail)
      throws Exception {
    JsonNode problem = problem(client.post("orders", body), 400);

    assertThat(problem.get("errors")).hasSize(1);
    assertThat(problem.at("/errors/0/field").asText()).isEqualTo(field);
    assertThat(problem.at("/errors/0/detail").asText()).isEqualTo(detail);
    assertThat(problem.get("detail").asText()).isEqualTo(field + " " + detail);
  }

  @Test
  void answers400NamingEveryField_whenSeveralAreWrong() throws Exception {
    JsonNode problem = problem(client.post("orders", "{}"), 400);

    assertThat(problem.get("errors").findValuesAsText("field"))
        .isEqualTo(List.of("email", "item", "quantity"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "{\"email\": | the body is not valid JSON (line 1, column 10)",
        "{\"email\":\"a@b.example\",\"email\":\"c@d.example\"} | Duplicate field 'email'",
        TEAPOT + " x | the body is not valid JSON",
        "[] | the body must be one JSON object",
        "\"x\" | the body must be one JSON object",
        "null | the body must be a JSON object, was null",
        "~~ | the body must be a JSON object, was empty",
      })
  void answers400_whenBodyIsNotOneJsonObject(String body, String detail) throws Exception {
    JsonNode problem = problem(client.post("orders", body), 400);

    assertThat(problem.get("detail").asText()).contains(detail);
  }

  @Test
  void answers400_whenNaiveIsNeitherTrueNorFalse() throws Exception {
    JsonNode problem = problem(client.post("orders?naive=maybe", TEAPOT), 400);

    assertThat(problem.at("/errors/0/field").asText()).isEqualTo("naive");
  }

  /** Before the body has come: by its head alone, so that no unread body resets the connection. */
  @Test
  void answers413_whenBodySaysItIsTooLarge() throws Exception {
    String head =
        "POST /orders HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
            + "Content-Type: application/json\r\nContent-Length: "
            + (BodyLimit.MAX_BYTES + 1)
            + "\r\n\r\n";
    try (Socket socket = new Socket(service.uri().getHost(), service.uri().getPort())) {
      socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
      String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(answer)
          .startsWith("HTTP/1.1 413 ")
          .contains("application/problem+json", "\"status\":413");
    }
  }

  @Test
  void answers413_whenBodyTurnsOutTooLarge() throws Exception {
    byte[] body = tooLarge().getBytes(StandardCharsets.UTF_8);
    HttpRequest chunked =
        client
            .request("orders")
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.fromPublisher(BodyPublishers.ofByteArray(body)))
            .build();

    // The service closes this connection; no other test must get it from a pool.
    problem(new OrderClient(service).send(chunked), 413);
  }

  @Test
  void answers415_whenBodyIsNotJson() throws Exception {
    HttpRequest form =
        client
            .request("orders")
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(BodyPublishers.ofString("email=a@b.example"))
            .build();

    problem(client.send(form), 415);
  }

  @Test
  void answers404_whenOrderOrPathIsUnknown() throws Exception {
    problem(client.get("orders/none"), 404);
    problem(client.get("nothing/here"), 404);
  }

  @Test
  void answers405WithAllow_whenMethodIsUnknown() throws Exception {
    HttpResponse<String> response = client.send(client.request("orders").DELETE().build());

    problem(response, 405);
    assertThat(response.headers().firstValue("Allow").orElse("")).contains("POST");
  }

  private static String tooLarge() {
    return "{\"email\":\"" + "a".repeat(BodyLimit.MAX_BYTES) + "\"}";
  }

  private static JsonNode problem(HttpResponse<String> response, int status) throws Exception {
    assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
    assertThat(response.headers().firstValue("Content-Type")).hasValue("application/problem+json");
    JsonNode problem = Json.MAPPER.readTree(response.body());
    assertThat(problem.get("status").asInt()).isEqualTo(status);
    assertThat(problem.get("title").asText()).isNotBlank();
    assertThat(problem.get("detail").asText()).isNotBlank();
    return problem;
  }
}
