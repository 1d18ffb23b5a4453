// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it.jaxrs.plain;

import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.EntityTag;
import jakarta.ws.rs.core.NewCookie;
import jakarta.ws.rs.core.Request;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.net.URI;

/** Every method, and what HTTP knows besides. */
@Path("methods")
public class Methods {

  @GET
  public String get() {
    return "got";
  }

  @POST
  public Response post(String body, @Context UriInfo uri) {
    return Response.created(uri.getAbsolutePathBuilder().path("1").build())
        .entity("posted " + body)
        .build();
  }

  @PUT
  public void put(String body) {
    // Answered with 204.
  }

  @PATCH
  public String patch(String body) {
    return "patched " + body;
  }

  @DELETE
  public Response delete() {
    return Response.noContent().header("X-Deleted", "1").header("X-Deleted", "2").build();
  }

  @GET
  @Path("elsewhere")
  public Response elsewhere() {
    return Response.seeOther(URI.create("methods")).build();
  }

  @GET
  @Path("cookie")
  public Response cookie() {
    return Response.ok("cookie")
        .cookie(new NewCookie.Builder("taste").value("sweet").path("/").httpOnly(true).build())
        .build();
  }

  @GET
  @Path("tagged")
  public Response tagged(@Context Request request) {
    EntityTag tag = new EntityTag("v1");
    Response.ResponseBuilder unchanged = request.evaluatePreconditions(tag);
    return unchanged != null ? unchanged.build() : Response.ok("tagged").tag(tag).build();
  }
}
