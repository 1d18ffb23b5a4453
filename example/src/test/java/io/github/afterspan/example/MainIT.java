// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.example;

import static io.github.afterspan.example.OrderClient.awaitWaterfall;
import static io.github.afterspan.example.OrderClient.mailOf;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.afterspan.example.http.Json;
import io.github.afterspan.example.traces.Waterfall.Tie;
import java.io.File;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The command, as a process of its own. */
@Timeout(300)
class MainIT {

  private static final int TERMINATED = 143;

  @TempDir private Path folder;
  private Process process;

  @AfterEach
  void end() {
    if (process != null) {
      process.destroyForcibly();
    }
  }

  @Test
  void printsBothWaterfallsAndExits_whenToldToExit() throws Exception {
    start(Map.of(), "--exit", "--port", "0");

    assertThat(exitStatus()).as(output()).isZero();
    assertThat(output())
        .containsSubsequence(
            "A good order",
            "POST /orders answered 201 after",
            "handleOrder",
            "sendConfirmationEmail",
            "  handleOrder  ",
            "The client had its response at",
            "A naive order",
            "POST /orders?naive=true answered 201 after",
            "- ORPHAN",
            "The client had its response at",
            "ORPHAN: sendConfirmationEmail has no parent")
        .doesNotContain("Ctrl-C");
  }

  @Test
  void saysWhatToDo_whenPortIsTaken() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      start(Map.of(), "--port", "" + taken.getLocalPort());

      assertThat(exitStatus()).isEqualTo(1);
      assertThat(output())
          .isEqualToNormalizingNewlines(
              "order service: cannot listen on port "
                  + taken.getLocalPort()
                  + " of 127.0.0.1: the port is taken\n"
                  + "choose another port with --port N, or any free one with --port 0\n");
    }
  }

  @Test
  void saysWhatIsPossible_whenCommandLineMakesNoSense() throws Exception {
    start(Map.of(), "--prot", "1");

    assertThat(exitStatus()).isEqualTo(2);
    assertThat(output()).startsWith("order service: there is no option --prot").contains("Usage:");
  }

  @Test
  void mailIsSentAndItsSpanArrives_whenTerminatedRightAfterOrder() throws Exception {
    try (OrderService receiver = OrderService.start(ServiceSettings.defaults().port(0))) {
      start(
          Map.of(
              "OTEL_EXPORTER_OTLP_ENDPOINT", receiver.uri().toString(),
              "OTEL_BSP_SCHEDULE_DELAY", "600000",
              "SMTP_DELAY", "2s"),
          "--no-orders",
          "--port=0");
      HttpResponse<String> response =
          HttpClient.newHttpClient()
              .send(
                  HttpRequest.newBuilder(address())
                      .header("Content-Type", "application/json")
                      .POST(HttpRequest.BodyPublishers.ofString(OrderClient.TEAPOT))
                      .build(),
                  HttpResponse.BodyHandlers.ofString());
      JsonNode placed = Json.MAPPER.readTree(response.body());

      process.destroy();

      assertThat(exitStatus()).as(output()).isEqualTo(TERMINATED);
      assertThat(mailOf(awaitWaterfall(receiver, placed)).tie()).isEqualTo(Tie.CHILD);
      assertThat(mailOf(awaitWaterfall(receiver, placed)).error()).isNull();
    }
  }

  private void start(Map<String, String> environment, String... arguments) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(System.getProperty("java.home") + File.separator + "bin" + File.separator + "java");
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().keySet().removeIf(name -> name.startsWith("OTEL_"));
    builder.environment().remove("JAVA_TOOL_OPTIONS");
    builder.environment().putAll(environment);
    process =
        builder.redirectErrorStream(true).redirectOutput(folder.resolve("output").toFile()).start();
  }

  private int exitStatus() throws Exception {
    assertThat(process.waitFor(120, TimeUnit.SECONDS)).as("exited; " + output()).isTrue();
    return process.exitValue();
  }

  private String output() throws Exception {
    return Files.readString(folder.resolve("output"));
  }

  /** Where to post orders, once the process says so. */
  private URI address() {
    Pattern address = Pattern.compile("http://127\\.0\\.0\\.1:\\d+/orders");
    return Awaitility.await()
        .atMost(Duration.ofSeconds(120))
        .until(
            () -> {
              Matcher matcher = address.matcher(output());
              return matcher.find() ? URI.create(matcher.group()) : null;
            },
            uri -> uri != null);
  }
}
