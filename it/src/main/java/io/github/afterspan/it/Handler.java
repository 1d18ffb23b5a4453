// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it;

import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** What a servlet of a test does with a request. Called by many threads at once. */
@FunctionalInterface
public interface Handler {

  /**
   * Handles a request.
   *
   * @param request the request, as the application sees it
   * @param response the response, as the application sees it
   * @throws Exception anything; what is neither an {@link IOException}, a {@link ServletException}
   *     nor unchecked reaches the container as the cause of a {@link ServletException}
   */
  void handle(HttpServletRequest request, HttpServletResponse response) throws Exception;

  /**
   * Returns a servlet that hands every request to this.
   *
   * @return the servlet
   */
  default HttpServlet servlet() {
    return new HandlerServlet(this);
  }
}
