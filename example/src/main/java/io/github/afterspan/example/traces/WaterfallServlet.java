// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.example.traces;

import io.github.afterspan.example.http.Json;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/**
 * Answers {@code ?order=ID&trace=ID} with the {@link Waterfall} of that order as JSON, as far as
 * its spans have arrived. Safe for use by several threads.
 */
public final class WaterfallServlet extends HttpServlet {

  private static final long serialVersionUID = 1L;

  private final transient TraceStore store;

  /**
   * Makes the servlet.
   *
   * @param store where the spans are
   */
  public WaterfallServlet(TraceStore store) {
    this.store = store;
  }

  @Override
  protected void doGet(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    String order = request.getParameter("order");
    if (order == null || order.isBlank()) {
      response.sendError(400, "order is missing");
      return;
    }
    Waterfall waterfall =
        Waterfall.of(store.withAttribute("order.id", order), request.getParameter("trace"));
    response.setContentType("application/json");
    response.setHeader("Cache-Control", "no-store");
    response.getOutputStream().write(Json.bytes(waterfall));
  }
}
