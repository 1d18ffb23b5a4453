// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.jaxrs;

import io.github.afterspan.BackgroundDispatcher;
import jakarta.ws.rs.container.ContainerRequestContext;

/** Finds the dispatcher that the filter left with a request. */
final class RequestDispatcher {

  /** The filter's request attribute, which JAX-RS shows as a property of the same name. */
  static final String PROPERTY = BackgroundDispatcher.class.getName();

  private RequestDispatcher() {}

  /** Returns the request's dispatcher, or one that says why there is none when it is used. */
  static BackgroundDispatcher of(ContainerRequestContext request) {
    if (request.getProperty(PROPERTY) instanceof BackgroundDispatcher dispatcher) {
      return dispatcher;
    }
    return new MissingDispatcher(
        request.getMethod(), request.getUriInfo().getBaseUri().getRawPath());
  }
}
