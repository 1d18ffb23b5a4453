// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.example.http;

import jakarta.ws.rs.core.Response;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What went wrong with a request, for its client: the problem+json of RFC 9457. Immutable.
 *
 * @param title the status in words
 * @param status the HTTP status
 * @param detail what is wrong with this request
 * @param errors the fields that are wrong, if it is about fields
 */
public record Problem(String title, int status, String detail, @Nullable List<Violation> errors) {

  /** The media type: {@value}. */
  public static final String MEDIA_TYPE = "application/problem+json";

  /**
   * One field that breaks its rule.
   *
   * @param field the name of the field, with its path if it is nested
   * @param detail the rule
   */
  public record Violation(String field, String detail) {}

  /**
   * Returns a problem with any status.
   *
   * @param status the HTTP status
   * @param detail what is wrong
   * @return the problem
   */
  public static Problem of(int status, String detail) {
    Response.Status known = Response.Status.fromStatusCode(status);
    return new Problem(
        known == null ? "HTTP " + status : known.getReasonPhrase(), status, detail, null);
  }

  /**
   * Returns a problem with the request as a whole, 400.
   *
   * @param detail what is wrong
   * @return the problem
   */
  public static Problem badRequest(String detail) {
    return of(400, detail);
  }

  /**
   * Returns a problem with fields, 400.
   *
   * @param violations the fields, at least one
   * @return the problem
   */
  public static Problem invalid(List<Violation> violations) {
    Violation first = violations.get(0);
    return new Problem(
        "Bad Request", 400, first.field() + " " + first.detail(), List.copyOf(violations));
  }

  /**
   * Returns the response that carries this problem.
   *
   * @return the response
   */
  public Response toResponse() {
    return Response.status(status).type(MEDIA_TYPE).entity(this).build();
  }
}
