// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.jaxrs;

import io.github.afterspan.DispatchRejectedException;
import io.github.afterspan.DispatchRejectedException.Reason;
import jakarta.annotation.Priority;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.ExceptionMapper;

/**
 * Answers 503 for a request whose task was refused.
 *
 * <p>Of the lowest priority, so that a mapper of the application for the same exception comes
 * first. The priority is an annotation because RESTEasy and CXF look nowhere else.
 */
@Priority(Integer.MAX_VALUE)
final class RejectedTaskMapper implements ExceptionMapper<DispatchRejectedException> {

  /** Seconds; a queue is expected to move on within that time. */
  static final int RETRY_AFTER_FULL_QUEUE = 1;

  /** Seconds; an application that shuts down is expected to be replaced within that time. */
  static final int RETRY_AFTER_SHUTDOWN = 10;

  @Override
  public Response toResponse(DispatchRejectedException rejection) {
    boolean full = rejection.reason() == Reason.QUEUE_FULL;
    return Response.status(Response.Status.SERVICE_UNAVAILABLE)
        .header(HttpHeaders.RETRY_AFTER, full ? RETRY_AFTER_FULL_QUEUE : RETRY_AFTER_SHUTDOWN)
        .type(Problem.MEDIA_TYPE)
        .entity(
            new Problem(
                Response.Status.SERVICE_UNAVAILABLE,
                full
                    ? "The service has more background work than it can do. Try again later."
                    : "The service is shutting down. Try again later."))
        .build();
  }
}
