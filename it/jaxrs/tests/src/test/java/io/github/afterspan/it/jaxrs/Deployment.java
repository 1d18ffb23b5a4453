// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it.jaxrs;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** A container with web applications that runs, and a client for it. */
final class Deployment implements AutoCloseable {

  private final WebServer server;
  private final Client client;

  private Deployment(WebServer server, Client client) {
    this.server = server;
    this.client = client;
  }

  /**
   * Starts a container.
   *
   * @param work where it may write
   * @param applications what it serves, by context path
   */
  static Deployment on(WebServer.Kind kind, Path work, Map<String, WebApp> applications)
      throws Exception {
    Map<String, Path> folders = new LinkedHashMap<>();
    applications.forEach((path, application) -> folders.put(path, application.write()));
    WebServer server = kind.create(work);
    return new Deployment(server, new Client(server.start(folders)));
  }

  Client client() {
    return client;
  }

  @Override
  public void close() throws Exception {
    server.close();
  }
}
