// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it.contract;

import jakarta.servlet.http.HttpUpgradeHandler;
import jakarta.servlet.http.WebConnection;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * Another protocol than HTTP, as WebSocket is: the server says one letter. It does not listen,
 * since Jetty 12.1 passes on nothing that comes after an upgraded GET request, with us and without.
 */
public final class UpgradedGreeting implements HttpUpgradeHandler {

  /** Made by the container. */
  public UpgradedGreeting() {}

  @Override
  public void init(WebConnection connection) {
    try {
      connection.getOutputStream().write('e');
      connection.getOutputStream().flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void destroy() {}
}
