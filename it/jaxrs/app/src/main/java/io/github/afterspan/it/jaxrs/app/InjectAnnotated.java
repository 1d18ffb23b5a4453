// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it.jaxrs.app;

import io.github.afterspan.BackgroundDispatcher;
import jakarta.inject.Inject;
import jakarta.inject.Provider;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import org.jspecify.annotations.Nullable;

/** {@code @Inject} instead of {@code @Context}, which Jersey understands by itself. */
@Path("inject/{point}")
public class InjectAnnotated {

  private final BackgroundDispatcher ofConstructor;
  private @Nullable BackgroundDispatcher ofSetter;
  @Inject @Nullable BackgroundDispatcher ofField;
  @Inject @Nullable Provider<BackgroundDispatcher> provider;

  @Inject
  public InjectAnnotated(BackgroundDispatcher dispatcher) {
    ofConstructor = dispatcher;
  }

  @Inject
  public void setDispatcher(BackgroundDispatcher dispatcher) {
    ofSetter = dispatcher;
  }

  @GET
  @Path("here")
  public String here(@PathParam("point") String point) {
    return Attempt.here(injected(point));
  }

  @GET
  @Path("elsewhere")
  public String elsewhere(@PathParam("point") String point) {
    return Attempt.elsewhere(injected(point));
  }

  @GET
  @Path("unwrapped")
  public String unwrapped(@PathParam("point") String point) {
    return Attempt.unwrapped(injected(point));
  }

  private @Nullable BackgroundDispatcher injected(String point) {
    return switch (point) {
      case "field" -> ofField;
      case "constructor" -> ofConstructor;
      case "setter" -> ofSetter;
      case "provider" -> provider == null ? null : provider.get();
      default -> throw new IllegalArgumentException(point);
    };
  }
}
