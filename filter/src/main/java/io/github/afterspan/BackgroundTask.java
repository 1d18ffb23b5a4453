// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan;

/**
 * The body of a task: what runs behind the response.
 *
 * <pre>{@code
 * String email = order.email(); // copy values; never capture the request
 * dispatcher.dispatch("sendConfirmationEmail", () -> mailer.send(email));
 * }</pre>
 *
 * <p>The body runs with the task's own span and baggage current, and with the class loader of the
 * application as the thread's context class loader. When its timeout passes, its thread is
 * interrupted; a body that blocks should let the {@link InterruptedException} out.
 *
 * <p>Confined to one thread: a body is run once, by one thread.
 */
@FunctionalInterface
public interface BackgroundTask {

  /**
   * Does the work.
   *
   * @throws Exception when the work failed; the exception is recorded on the task's span, logged
   *     once, and completes {@link DispatchedTask#completion()} exceptionally
   */
  void run() throws Exception;
}
