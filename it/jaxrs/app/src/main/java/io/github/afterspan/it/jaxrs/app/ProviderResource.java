// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it.jaxrs.app;

import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;

/** Does nothing itself: the providers dispatch. */
@Path("provider")
public class ProviderResource {

  @GET
  @Path("{any}-filter")
  public String unseen() {
    return "no filter came first";
  }

  @GET
  @Path("exception-mapper")
  public String failing() {
    throw new Providers.Unmapped();
  }

  @GET
  @Path("writer")
  @Produces(Providers.TEXT_ATTEMPT)
  public Providers.Text written() {
    return new Providers.Text("not written yet");
  }

  @POST
  @Path("reader")
  @Consumes(Providers.TEXT_ATTEMPT)
  public String read(Providers.Text text) {
    return text.text();
  }
}
