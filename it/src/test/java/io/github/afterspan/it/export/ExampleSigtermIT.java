// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it.export;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** SIGTERM for the order service itself, as {@code ./demo} starts it, while orders come in. */
@Timeout(value = 60, unit = TimeUnit.MINUTES)
class ExampleSigtermIT extends SigtermRounds {

  private static final Pattern LISTENING =
      Pattern.compile("side by side +http://127\\.0\\.0\\.1:(\\d+)/");
  private static final Pattern TRACE = Pattern.compile("\"traceId\" *: *\"(\\p{XDigit}{32})\"");
  private static final byte[] ORDER =
      "{\"email\":\"ada@example.com\",\"item\":\"teapot\",\"quantity\":1}".getBytes(UTF_8);

  /** How long the mail server takes, so that there is something in the queue. */
  private static final String UNDER_WAY = "30ms";

  ExampleSigtermIT() {
    super("sendConfirmationEmail", "/orders", ExampleSigtermIT::order);
  }

  /** Places an order; one whose mail was refused counts as not accepted. */
  private static @Nullable String order(URI uri) throws IOException {
    HttpURLConnection connection = (HttpURLConnection) uri.toURL().openConnection();
    connection.setReadTimeout(10_000);
    connection.setDoOutput(true);
    connection.setRequestProperty("Content-Type", "application/json");
    connection.getOutputStream().write(ORDER);
    if (connection.getResponseCode() != 201) {
      return null;
    }
    String body = new String(connection.getInputStream().readAllBytes(), UTF_8);
    Matcher trace = TRACE.matcher(body);
    return !body.contains("REFUSED") && trace.find() ? trace.group(1) : null;
  }

  @Test
  void losesNoSpan() throws Exception {
    loseNone(() -> start(List.of(), UNDER_WAY));
  }

  /** The agent has an SDK of its own beside the example's: its server span is the parent. */
  @Test
  void losesNoSpan_underTheAgent() throws Exception {
    loseNone(() -> start(WorkJvm.agent(), UNDER_WAY), this::assertOneServerSpanEach);
  }

  /** Takes as long as a drain does unless told otherwise, so that builds go without it. */
  @Test
  @EnabledIfSystemProperty(named = "afterspan.sigterm.rounds", matches = ".+")
  void reportsWhatItAbandons_whenTheMailServerHangs() throws Exception {
    loseNone(() -> start(List.of(), "60s"), ABANDONS);
  }

  private ChildJvm start(List<String> options, String smtpDelay) throws IOException {
    List<String> arguments = new ArrayList<>(WorkJvm.SMALL);
    arguments.addAll(options);
    arguments.addAll(List.of("-jar", System.getProperty("afterspan.example")));
    arguments.addAll(List.of("--no-orders", "--port", "0", "--smtp-delay", smtpDelay));
    return new ChildJvm(arguments, environment(), LISTENING);
  }

  private void assertOneServerSpanEach(ChildJvm child) {
    assertThat(child.accepted())
        .allSatisfy(
            trace ->
                assertThat(spans(trace))
                    .filteredOn(span -> span.kind().equals("SERVER"))
                    .as("of %s", spans(trace))
                    .hasSize(1)
                    .allSatisfy(span -> assertThat(span.parentSpanId()).isEmpty()));
  }
}
