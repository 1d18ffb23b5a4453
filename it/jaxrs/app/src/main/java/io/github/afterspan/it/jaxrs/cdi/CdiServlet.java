// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it.jaxrs.cdi;

import io.github.afterspan.it.jaxrs.app.Attempt;
import jakarta.enterprise.inject.spi.CDI;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** Uses beans without JAX-RS. The path says which. */
public final class CdiServlet extends HttpServlet {

  private static final long serialVersionUID = 1L;

  @Override
  protected void doGet(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    String point = request.getPathInfo().substring(1);
    response.getWriter().print(Attempt.here(CDI.current().select(Injected.class).get().at(point)));
  }
}
