// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it.jaxrs.plain;

import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;

/** The same thing in two types, and two things of one type each. */
@Path("representations")
public class Representations {

  @GET
  @Produces({"text/plain", "application/json;qs=0.5"})
  public String either() {
    return "\"either\"";
  }

  @POST
  @Consumes("text/plain")
  @Produces("text/plain")
  public String text(String body) {
    return "text " + body;
  }

  @POST
  @Consumes("application/json")
  @Produces("application/json")
  public String json(String body) {
    return "{\"json\":" + body + "}";
  }
}
