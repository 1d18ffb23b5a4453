// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it.jaxrs.cdi;

import io.github.afterspan.BackgroundDispatcher;
import io.github.afterspan.it.jaxrs.app.Attempt;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.Context;
import org.jspecify.annotations.Nullable;

/** A resource that CDI makes. */
@RequestScoped
@Path("cdi/{point}")
public class CdiResource {

  @Inject @Nullable Injected injected;
  @Inject @Nullable BackgroundDispatcher ofInject;
  @Context @Nullable BackgroundDispatcher ofContext;

  @GET
  @Path("here")
  public String here(@PathParam("point") String point) {
    return Attempt.here(at(point));
  }

  @GET
  @Path("elsewhere")
  public String elsewhere(@PathParam("point") String point) {
    return Attempt.elsewhere(at(point));
  }

  @GET
  @Path("unwrapped")
  public String unwrapped(@PathParam("point") String point) {
    return Attempt.unwrapped(at(point));
  }

  private @Nullable BackgroundDispatcher at(String point) {
    return switch (point) {
      case "resource-inject" -> ofInject;
      case "resource-context" -> ofContext;
      default -> injected == null ? null : injected.at(point);
    };
  }
}
