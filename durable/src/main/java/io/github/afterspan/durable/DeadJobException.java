// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.durable;

import org.jspecify.annotations.Nullable;

/** Another attempt would be of no use: the job becomes a dead letter at once. */
final class DeadJobException extends Exception {

  private static final long serialVersionUID = 1L;

  DeadJobException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
