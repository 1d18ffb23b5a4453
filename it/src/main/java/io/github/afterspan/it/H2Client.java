// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * An HTTP/2 client in clear text, all of whose requests to one port share one connection.
 *
 * <p>Safe for use by several threads.
 */
public final class H2Client {

  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).build();
  private final int port;

  /**
   * Makes a client and lets it upgrade its connection.
   *
   * @param port a loopback port
   * @param path answers a GET request
   * @throws IOException if the server does not speak HTTP/2
   * @throws InterruptedException if interrupted
   */
  public H2Client(int port, String path) throws IOException, InterruptedException {
    this.port = port;
    HttpResponse<String> upgraded =
        client.send(request(path, "").build(), HttpResponse.BodyHandlers.ofString());
    if (upgraded.version() != HttpClient.Version.HTTP_2) {
      throw new IOException("not upgraded to HTTP/2: " + upgraded);
    }
  }

  /**
   * Sends a request for a user.
   *
   * @param path the path, with the query
   * @param user goes into the {@code X-User} header
   * @return the response, once it is there
   */
  public CompletableFuture<HttpResponse<String>> get(String path, String user) {
    return client.sendAsync(request(path, user).build(), HttpResponse.BodyHandlers.ofString());
  }

  private HttpRequest.Builder request(String path, String user) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
            .timeout(Duration.ofSeconds(20));
    return user.isEmpty() ? request : request.header("X-User", user);
  }
}
