// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.durable.jaxrs;

import io.github.afterspan.durable.DurableDispatcher;
import jakarta.servlet.http.HttpServletRequest;
import org.apache.cxf.jaxrs.ext.ContextProvider;
import org.apache.cxf.message.Message;

/**
 * Gives CXF the value of {@code @Context DurableDispatcher} for each message.
 *
 * <p>Linked only where CXF is the implementation.
 */
final class CxfInjection implements ContextProvider<DurableDispatcher> {

  /** The key of CXF's {@code AbstractHTTPDestination}, which is in another of its jars. */
  private static final String HTTP_REQUEST = "HTTP.REQUEST";

  @Override
  public DurableDispatcher createContext(Message message) {
    return MissingDispatcher.orThatOf(
        message.getExchange().getInMessage().get(HTTP_REQUEST) instanceof HttpServletRequest request
            ? request
            : null);
  }
}
