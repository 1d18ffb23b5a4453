// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it.jaxrs.plain;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.CookieParam;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.FormParam;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.MatrixParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import java.util.List;

/** Every kind of parameter. */
@Path("parameters")
public class Parameters {

  @GET
  @Path("by-id/{id}")
  public String all(
      @PathParam("id") long id,
      @MatrixParam("matrix") String matrix,
      @QueryParam("query") List<String> query,
      @HeaderParam("X-Header") String header,
      @CookieParam("cookie") String cookie,
      @DefaultValue("none") @QueryParam("absent") String absent) {
    return id + "|" + matrix + "|" + query + "|" + header + "|" + cookie + "|" + absent;
  }

  @POST
  @Path("form")
  public String form(@FormParam("one") String one, @FormParam("many") List<String> many) {
    return one + "|" + many;
  }

  /** What the servlet API tells of the same request. */
  @GET
  @Path("servlet")
  public String servlet(@Context HttpServletRequest request) {
    return request.getRequestURI()
        + "|"
        + request.getServletPath()
        + "|"
        + request.getPathInfo()
        + "|"
        + request.getParameter("query")
        + "|"
        + request.getDispatcherType()
        + "|"
        + request.isAsyncSupported()
        + "|"
        + request.getSession(true).isNew();
  }
}
