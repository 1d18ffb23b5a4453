// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan;

/**
 * Wraps the body of each task, on the thread that dispatches it: the place to capture what the body
 * needs besides the trace (a logging context, a security identity) and to put it back around it.
 *
 * <pre>{@code
 * TaskDecorator tenant = body -> {
 *   String captured = Tenant.current();               // dispatching thread
 *   return () -> Tenant.runAs(captured, body::run);   // worker thread
 * };
 * }</pre>
 *
 * <p>What a decorator captures is kept until the task is over; capture values, never the request.
 * It runs before capacity is reserved. What it throws reaches the caller of {@code dispatch}.
 *
 * <p>Must be safe for use by several threads.
 */
@FunctionalInterface
public interface TaskDecorator {

  /**
   * Returns the body to run in place of the given one.
   *
   * @param task the body that was dispatched
   * @return the body to run; never null
   */
  BackgroundTask decorate(BackgroundTask task);

  /**
   * Returns a decorator that carries the SLF4J diagnostic context (MDC) of the dispatching thread
   * to the worker, and restores the worker's own when the body is over.
   *
   * @return the decorator
   * @throws NoClassDefFoundError if SLF4J is not on the class path
   */
  static TaskDecorator mdc() {
    return new MdcDecorator();
  }
}
