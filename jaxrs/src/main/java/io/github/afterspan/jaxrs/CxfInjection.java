// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.jaxrs;

import io.github.afterspan.BackgroundDispatcher;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.core.FeatureContext;
import org.apache.cxf.jaxrs.ext.ContextProvider;
import org.apache.cxf.message.Message;

/**
 * Gives CXF the value of {@code @Context BackgroundDispatcher} for each message.
 *
 * <p>Linked only where CXF is the implementation.
 */
final class CxfInjection implements ContextProvider<BackgroundDispatcher> {

  /** The key of CXF's {@code AbstractHTTPDestination}, which is in another of its jars. */
  private static final String HTTP_REQUEST = "HTTP.REQUEST";

  private CxfInjection() {}

  static void install(FeatureContext context) {
    context.register(new CxfInjection());
  }

  @Override
  public BackgroundDispatcher createContext(Message message) {
    if (!(message.getExchange().getInMessage().get(HTTP_REQUEST)
        instanceof HttpServletRequest request)) {
      return MissingDispatcher.withoutRequest();
    }
    return request.getAttribute(BackgroundDispatcher.class.getName())
            instanceof BackgroundDispatcher dispatcher
        ? dispatcher
        : MissingDispatcher.withoutFilter(
            request.getMethod(), request.getContextPath() + request.getServletPath() + '/');
  }
}
