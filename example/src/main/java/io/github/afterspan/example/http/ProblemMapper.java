// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.example.http;

import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.ExceptionMapper;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers every failure with problem+json. The client of a failure that is not its own learns only
 * that there was one; the log has the rest. Safe for use by several threads.
 */
public final class ProblemMapper implements ExceptionMapper<Throwable> {

  private static final Logger LOG = LoggerFactory.getLogger(ProblemMapper.class);

  @Override
  public Response toResponse(Throwable failure) {
    if (failure instanceof WebApplicationException known) {
      return toResponse(known);
    }
    LOG.error("a request failed", failure);
    return Problem.of(500, "the service failed; its log says why").toResponse();
  }

  private static Response toResponse(WebApplicationException failure) {
    Response response = failure.getResponse();
    int status = response.getStatus();
    if (response.hasEntity() || status < 400) {
      return response;
    }
    Problem problem = Problem.of(status, detail(status, failure));
    String allow = response.getHeaderString(HttpHeaders.ALLOW);
    return Response.fromResponse(problem.toResponse()).header(HttpHeaders.ALLOW, allow).build();
  }

  private static String detail(int status, WebApplicationException failure) {
    return switch (status) {
      case 404 -> "there is nothing here";
      case 405 -> "this resource has no such method";
      case 406 -> "this resource speaks application/json";
      case 415 -> "the body must be application/json";
      default -> String.valueOf(failure.getMessage());
    };
  }
}
