// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.example.http;

import jakarta.ws.rs.WebApplicationException;

/** Ends a request with a {@link Problem}. */
public final class ProblemException extends WebApplicationException {

  private static final long serialVersionUID = 1L;

  /**
   * Makes an exception.
   *
   * @param problem what the client is told
   */
  public ProblemException(Problem problem) {
    super(problem.detail(), problem.toResponse());
  }
}
