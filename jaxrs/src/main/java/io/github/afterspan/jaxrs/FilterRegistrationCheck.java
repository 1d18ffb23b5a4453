// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.jaxrs;

import jakarta.servlet.FilterRegistration;
import jakarta.servlet.ServletContext;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Feature;
import jakarta.ws.rs.core.FeatureContext;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import org.jspecify.annotations.Nullable;

/**
 * Warns at start-up when no request of this web application can have a dispatcher.
 *
 * <p>A feature of its own, because it needs the servlet API and the feature that registers it does
 * not. It finds the filter by name: its class may be in another class loader, or nowhere.
 */
final class FilterRegistrationCheck implements Feature {

  private static final Logger LOGGER = System.getLogger("io.github.afterspan.jaxrs");
  private static final String FILTER = "io.github.afterspan.servlet.BackgroundDispatchFilter";

  @Context private @Nullable ServletContext servletContext;

  @Override
  public boolean configure(FeatureContext context) {
    check(servletContext);
    return true;
  }

  static void check(@Nullable ServletContext servletContext) {
    if (servletContext != null && !isMapped(servletContext)) {
      LOGGER.log(
          Level.WARNING,
          "web application \"{0}\" has no mapping for BackgroundDispatchFilter, so that @Context"
              + " BackgroundDispatcher will throw when it is used; map the filter to /* with"
              + " async-supported (or ignore this where another filter calls it)",
          servletContext.getContextPath());
    }
  }

  private static boolean isMapped(ServletContext servletContext) {
    for (FilterRegistration filter : servletContext.getFilterRegistrations().values()) {
      if (FILTER.equals(filter.getClassName())
          && !(filter.getUrlPatternMappings().isEmpty()
              && filter.getServletNameMappings().isEmpty())) {
        return true;
      }
    }
    return false;
  }
}
