// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.cdi;

import io.github.afterspan.BackgroundDispatcher;
import io.github.afterspan.servlet.BackgroundDispatchFilter;
import jakarta.enterprise.context.Dependent;
import jakarta.enterprise.context.RequestScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.servlet.http.HttpServletRequest;

/**
 * Produces the dispatcher of the current request.
 *
 * <p>Request-scoped, so that beans are given a proxy: a dependent one would stay with the first
 * request in beans that live longer.
 */
@Dependent
class DispatcherProducer {

  @Produces
  @RequestScoped
  BackgroundDispatcher dispatcher(HttpServletRequest request) {
    return new RequestDispatcher(BackgroundDispatchFilter.dispatcher(request));
  }
}
