// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it.jaxrs;

import java.nio.file.Path;
import java.util.Map;

/** A container that serves web applications from disk, each from a class loader of its own. */
interface WebServer extends AutoCloseable {

  /**
   * Starts with applications.
   *
   * @param applications folders by context path
   * @return the port, which was free
   */
  int start(Map<String, Path> applications) throws Exception;

  @Override
  void close() throws Exception;

  /** The containers that we test on. */
  enum Kind {
    JETTY_12_1("jetty-12.1"),
    TOMCAT_11("tomcat-11");

    private final String label;

    Kind(String label) {
      this.label = label;
    }

    WebServer create(Path work) {
      return this == JETTY_12_1 ? new JettyServer() : new TomcatServer(work);
    }

    @Override
    public String toString() {
      return label;
    }
  }
}
