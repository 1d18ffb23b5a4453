// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it.jaxrs.app;

import io.github.afterspan.BackgroundDispatcher;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.container.AsyncResponse;
import jakarta.ws.rs.container.Suspended;
import jakarta.ws.rs.core.Context;
import org.glassfish.jersey.server.ManagedAsync;
import org.jspecify.annotations.Nullable;

/** On a thread of Jersey's own pool. */
@Path("managed-async")
public class JerseyManagedAsync {

  @Context @Nullable BackgroundDispatcher ofField;

  @GET
  @ManagedAsync
  @Path("field")
  public void field(@Suspended AsyncResponse response) {
    response.resume(Attempt.here(ofField));
  }

  @GET
  @ManagedAsync
  @Path("parameter")
  public void parameter(
      @Suspended AsyncResponse response, @Context BackgroundDispatcher ofParameter) {
    response.resume(Attempt.here(ofParameter));
  }
}
