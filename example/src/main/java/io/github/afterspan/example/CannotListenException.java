// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.example;

import java.io.IOException;
import java.net.BindException;

/** Thrown when the service cannot listen where it was told to. The message says where and why. */
public final class CannotListenException extends IOException {

  private static final long serialVersionUID = 1L;

  CannotListenException(String host, int port, Exception cause) {
    super("cannot listen on port " + port + " of " + host + ": " + reason(cause), cause);
  }

  private static String reason(Exception cause) {
    for (Throwable c = cause; c != null; c = c.getCause()) {
      if (c instanceof java.nio.channels.UnresolvedAddressException) {
        return "this host is not known";
      }
      if (c instanceof BindException) {
        String message = String.valueOf(c.getMessage());
        return message.contains("in use") ? "the port is taken" : message;
      }
    }
    return String.valueOf(cause.getMessage());
  }
}
