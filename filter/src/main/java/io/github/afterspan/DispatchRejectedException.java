// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan;

import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Thrown to the caller of {@code dispatch} when a task is not accepted. Nothing of the task runs,
 * now or later, and it has no span; it is counted and logged.
 *
 * <pre>{@code
 * try {
 *   background.dispatch("sendConfirmationEmail", () -> mailer.send(email));
 * } catch (DispatchRejectedException e) {
 *   outbox.add(email); // or answer 503
 * }
 * }</pre>
 *
 * <p>Safe for use by several threads.
 */
public class DispatchRejectedException extends RejectedExecutionException {

  private static final long serialVersionUID = 1L;

  /** Why a task was not accepted. */
  public enum Reason {
    /** As many tasks are accepted and unfinished as may run and wait; trying later may succeed. */
    QUEUE_FULL,
    /** The workers are finishing what they accepted, and accept nothing more. */
    DRAINING,
    /** The workers are closed. */
    CLOSED
  }

  private final Reason reason;

  DispatchRejectedException(Reason reason, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.reason = reason;
  }

  /**
   * Returns why the task was not accepted.
   *
   * @return the reason
   */
  public Reason reason() {
    return reason;
  }
}
