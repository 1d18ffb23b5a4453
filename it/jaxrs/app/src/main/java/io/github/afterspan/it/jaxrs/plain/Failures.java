// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it.jaxrs.plain;

import jakarta.ws.rs.ForbiddenException;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.StreamingOutput;
import jakarta.ws.rs.ext.ExceptionMapper;
import java.io.IOException;

/** Every way to fail. */
@Path("failures")
public class Failures {

  @GET
  @Path("mapped")
  public String mapped() {
    throw new UnsupportedOperationException("mapped");
  }

  @GET
  @Path("unmapped")
  public String unmapped() {
    throw new IllegalStateException("unmapped");
  }

  @GET
  @Path("checked")
  public String checked() throws IOException {
    throw new IOException("checked");
  }

  @GET
  @Path("forbidden")
  public String forbidden() {
    throw new ForbiddenException();
  }

  @GET
  @Path("with-entity")
  public String withEntity() {
    throw new WebApplicationException(Response.status(418).entity("a teapot").build());
  }

  @GET
  @Path("while-streaming")
  public StreamingOutput whileStreaming() {
    return output -> {
      throw new IllegalStateException("while streaming");
    };
  }

  /** Maps one of them. */
  public static class Mapper implements ExceptionMapper<UnsupportedOperationException> {
    @Override
    public Response toResponse(UnsupportedOperationException failure) {
      return Response.status(501).entity(failure.getMessage()).build();
    }
  }
}
