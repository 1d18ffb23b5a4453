// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.example.traces;

import io.github.afterspan.example.http.Json;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Answers {@code ?order=ID&trace=ID} with the {@link Waterfall} of that order as JSON, as far as
 * its spans have arrived. Safe for use by several threads.
 */
public final class WaterfallServlet extends HttpServlet {

  private static final long serialVersionUID = 1L;

  private final transient TraceStore store;
  private final @Nullable String elsewhere;

  /**
   * The answer.
   *
   * @param rows the spans
   * @param elsewhere where the spans go instead of here, or null
   */
  record Answer(List<Waterfall.Row> rows, @Nullable String elsewhere) {}

  /**
   * Makes the servlet.
   *
   * @param store where the spans are
   * @param elsewhere where the spans go instead, or null if they go to the store
   */
  public WaterfallServlet(TraceStore store, @Nullable String elsewhere) {
    this.store = store;
    this.elsewhere = elsewhere;
  }

  @Override
  protected void doGet(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    String order = request.getParameter("order");
    if (order == null || order.isBlank()) {
      response.sendError(400, "order is missing");
      return;
    }
    Waterfall waterfall;
    try {
      waterfall =
          Waterfall.of(store.withAttribute("order.id", order), request.getParameter("trace"));
    } catch (IllegalArgumentException e) {
      response.sendError(400, String.valueOf(e.getMessage()));
      return;
    }
    response.setContentType("application/json");
    response.setHeader("Cache-Control", "no-store");
    response.getOutputStream().write(Json.bytes(new Answer(waterfall.rows(), elsewhere)));
  }
}
