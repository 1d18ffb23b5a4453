// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it.jaxrs;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;

/** Calls the applications of one server. */
final class Client {

  private final HttpClient http = HttpClient.newHttpClient();
  private final int port;

  Client(int port) {
    this.port = port;
  }

  URI address(String path) {
    return URI.create("http://127.0.0.1:" + port + path);
  }

  HttpResponse<String> get(String path, Trace trace) throws IOException, InterruptedException {
    return send(request(path, trace));
  }

  /** The body of a response, whatever its status; of an event stream, the data. */
  String text(String path, Trace trace) throws IOException, InterruptedException {
    HttpRequest.Builder request = request(path, trace);
    if (path.endsWith("reader")) {
      request.header("Content-Type", "text/attempt").POST(BodyPublishers.ofString("to be read"));
    }
    HttpResponse<String> response = send(request);
    String body = response.body();
    return response.headers().firstValue("Content-Type").orElse("").startsWith("text/event-stream")
        ? body.replace("data:", "").strip()
        : body;
  }

  private HttpRequest.Builder request(String path, Trace trace) {
    return HttpRequest.newBuilder(address(path))
        .timeout(Duration.ofSeconds(30))
        .header("traceparent", trace.header());
  }

  HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
    return http.send(request.build(), BodyHandlers.ofString());
  }
}
