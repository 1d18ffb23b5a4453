// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it.jaxrs.annotated;

import io.github.afterspan.BackgroundDispatcher;
import io.github.afterspan.it.jaxrs.app.Attempt;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.container.AsyncResponse;
import jakarta.ws.rs.container.Suspended;
import jakarta.ws.rs.core.Context;
import java.util.concurrent.CompletableFuture;

/** Found by scanning. */
@Path("annotated")
public class AnnotatedResource {

  @GET
  public String here(@Context BackgroundDispatcher background) {
    return Attempt.here(background);
  }

  @GET
  @Path("suspended")
  public void suspended(
      @Suspended AsyncResponse response, @Context BackgroundDispatcher background) {
    CompletableFuture<Void> unused =
        CompletableFuture.runAsync(() -> response.resume(Attempt.here(background)));
  }
}
