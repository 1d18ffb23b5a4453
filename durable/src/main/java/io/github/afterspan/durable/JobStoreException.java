// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.durable;

/**
 * The database did not do what was asked of it; the cause is its own exception. What was to be
 * stored is not stored, unless the connection broke while it committed.
 */
public class JobStoreException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /**
   * Makes an exception.
   *
   * @param message what was asked, and what the database said
   * @param cause what it threw
   */
  public JobStoreException(String message, Throwable cause) {
    super(message, cause);
  }
}
