// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it.export;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** SIGTERM for the order service itself, as {@code ./demo} starts it, while orders come in. */
@Timeout(value = 60, unit = TimeUnit.MINUTES)
class ExampleSigtermIT extends SigtermRounds {

  private static final Pattern LISTENING =
      Pattern.compile("Both side by side +http://127\\.0\\.0\\.1:(\\d+)/");
  private static final Pattern TRACE = Pattern.compile("\"traceId\" *: *\"(\\p{XDigit}{32})\"");
  private static final byte[] ORDER =
      "{\"email\":\"ada@example.com\",\"item\":\"teapot\",\"quantity\":1}".getBytes(UTF_8);

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

  /** With a mail server that takes its time, so that there is something in the queue. */
  @Test
  void losesNoSpan() throws Exception {
    List<String> arguments =
        List.of(
            "-Xmx256m",
            "-XX:TieredStopAtLevel=1",
            "-jar",
            System.getProperty("afterspan.example"),
            "--no-orders",
            "--port",
            "0",
            "--smtp-delay",
            "30ms");
    loseNone(() -> new ChildJvm(arguments, environment(), LISTENING));
  }
}
