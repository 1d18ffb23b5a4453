// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.jaxrs;

import io.github.afterspan.BackgroundDispatcher;
import io.github.afterspan.BackgroundTask;
import io.github.afterspan.DispatchedTask;
import io.github.afterspan.TaskOptions;
import java.util.concurrent.Executor;

/**
 * What is injected where there is no dispatcher. It throws at use instead of at injection, so that
 * requests that never dispatch are answered, and the stack trace shows the line that dispatched.
 */
final class MissingDispatcher implements BackgroundDispatcher {

  private final String message;

  private MissingDispatcher(String message) {
    this.message = message;
  }

  /**
   * Stands for a request that the filter did not see. Keeps the path of the application but not
   * that of the request, which is the user's data.
   */
  static BackgroundDispatcher withoutFilter(String method, String applicationPath) {
    return new MissingDispatcher(
        "no BackgroundDispatcher: BackgroundDispatchFilter did not run for this "
            + method
            + " request below "
            + applicationPath
            + "; map the filter to /* with async-supported, before the JAX-RS servlet or filter,"
            + " and add the dispatcher types FORWARD and ERROR where forwarded requests or error"
            + " pages dispatch");
  }

  /** Stands for a thread that serves no request. */
  static BackgroundDispatcher withoutRequest() {
    return new MissingDispatcher(
        "no BackgroundDispatcher: this thread serves no request; call unwrap() on the request's"
            + " thread and use what it returns, on any thread");
  }

  @Override
  public DispatchedTask dispatch(String name, BackgroundTask task) {
    throw new IllegalStateException(message);
  }

  @Override
  public DispatchedTask dispatch(TaskOptions options, BackgroundTask task) {
    throw new IllegalStateException(message);
  }

  @Override
  public Executor executor(TaskOptions options) {
    throw new IllegalStateException(message);
  }

  @Override
  public String toString() {
    return message;
  }
}
