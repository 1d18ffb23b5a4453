// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.durable.jaxrs;

import io.github.afterspan.durable.DurableDispatcher;
import io.github.afterspan.durable.EnqueuedJob;
import io.github.afterspan.durable.JobOptions;
import io.github.afterspan.durable.servlet.DurableContextListener;
import jakarta.servlet.http.HttpServletRequest;
import java.sql.Connection;
import org.jspecify.annotations.Nullable;

/**
 * What is injected where there is no dispatcher. It throws at use instead of at injection, so that
 * requests that enqueue nothing are answered, and the stack trace shows the line that enqueued.
 */
final class MissingDispatcher implements DurableDispatcher {

  private final String message;

  private MissingDispatcher(String message) {
    this.message = message;
  }

  /** The dispatcher of a request, or what stands for it where there is none. */
  static DurableDispatcher orThatOf(@Nullable HttpServletRequest request) {
    if (request == null) {
      return new MissingDispatcher(
          "no DurableDispatcher: this thread serves no request; call unwrap() on the request's"
              + " thread and use what it returns, on any thread");
    }
    try {
      return DurableContextListener.dispatcher(request);
    } catch (IllegalStateException e) {
      return new MissingDispatcher(String.valueOf(e.getMessage()));
    }
  }

  @Override
  public EnqueuedJob enqueue(String handler, Object payload, JobOptions options) {
    throw new IllegalStateException(message);
  }

  @Override
  public EnqueuedJob enqueue(
      Connection connection, String handler, Object payload, JobOptions options) {
    throw new IllegalStateException(message);
  }

  @Override
  public String toString() {
    return message;
  }
}
