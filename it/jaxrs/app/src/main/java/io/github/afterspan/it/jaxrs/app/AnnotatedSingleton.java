// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it.jaxrs.app;

import io.github.afterspan.BackgroundDispatcher;
import jakarta.inject.Singleton;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.Context;
import org.jspecify.annotations.Nullable;

/** One object for all requests, where the implementation knows the annotation. */
@Singleton
@Path("singleton/{point}")
public class AnnotatedSingleton {

  private final BackgroundDispatcher ofConstructor;
  @Context @Nullable BackgroundDispatcher ofField;

  public AnnotatedSingleton(@Context BackgroundDispatcher dispatcher) {
    ofConstructor = dispatcher;
  }

  @GET
  @Path("here")
  public String here(@PathParam("point") String point, @Context BackgroundDispatcher ofParameter) {
    return Attempt.here(injected(point, ofParameter));
  }

  @GET
  @Path("elsewhere")
  public String elsewhere(
      @PathParam("point") String point, @Context BackgroundDispatcher ofParameter) {
    return Attempt.elsewhere(injected(point, ofParameter));
  }

  @GET
  @Path("unwrapped")
  public String unwrapped(
      @PathParam("point") String point, @Context BackgroundDispatcher ofParameter) {
    return Attempt.unwrapped(injected(point, ofParameter));
  }

  private @Nullable BackgroundDispatcher injected(String point, BackgroundDispatcher ofParameter) {
    return switch (point) {
      case "field" -> ofField;
      case "constructor" -> ofConstructor;
      case "parameter" -> ofParameter;
      default -> throw new IllegalArgumentException(point);
    };
  }
}
