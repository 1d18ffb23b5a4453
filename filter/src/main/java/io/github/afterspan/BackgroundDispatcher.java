// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan;

import java.util.concurrent.Executor;

/**
 * Hands tasks off to run behind the response, each in a detached context with a timeout of its own.
 *
 * <pre>{@code
 * BackgroundDispatcher background = BackgroundDispatchFilter.dispatcher(request);
 * String email = order.email();
 * background.dispatch("sendConfirmationEmail", () -> mailer.send(email));
 * }</pre>
 *
 * <p>A task keeps its body, its options, the span context and the baggage that were current when it
 * was dispatched, and nothing else of the request. Its span is a child of the dispatching span
 * unless another {@link TraceMode} is asked for. When nothing is current on the dispatching thread
 * (in an asynchronous callback, say), what was current when this dispatcher was made counts.
 *
 * <p>At the limits: capacity is reserved when a task is dispatched, so a dispatch that the workers
 * have no room for is refused there and then, with a {@link DispatchRejectedException}, while the
 * caller can still answer 503. An accepted task has exactly one outcome. A slow one is stopped at
 * its timeout; a failing one touches no other; on closing, the accepted ones are drained.
 *
 * <p>Safe for use by several threads, also after the request that it came with is over. Owned by
 * whoever made it (the filter, {@link BackgroundWorkers}); those who dispatch close nothing.
 */
public interface BackgroundDispatcher {

  /**
   * Dispatches a task under a name, with the defaults of the workers for everything else.
   *
   * @param name names the span, the metrics and the log lines; keep the number of different names
   *     small
   * @param task the body
   * @return the accepted task
   * @throws NullPointerException if an argument is null, or the workers' {@link TaskDecorator}
   *     returned null; whatever else the decorator throws comes through
   * @throws IllegalArgumentException if the name is blank, or the body captures a request and the
   *     workers' {@link WorkerOptions#captureCheck()} is to fail
   * @throws DispatchRejectedException if there is no room, or the workers no longer accept tasks
   */
  DispatchedTask dispatch(String name, BackgroundTask task);

  /**
   * Dispatches a task with options of its own.
   *
   * @param options the name, and what differs from the workers' defaults; meant to be a constant
   * @param task the body
   * @return the accepted task
   * @throws NullPointerException if an argument is null, or the workers' {@link TaskDecorator}
   *     returned null; whatever else the decorator throws comes through
   * @throws IllegalArgumentException if the body captures a request and the workers' {@link
   *     WorkerOptions#captureCheck()} is to fail
   * @throws DispatchRejectedException if there is no room, or the workers no longer accept tasks
   */
  DispatchedTask dispatch(TaskOptions options, BackgroundTask task);

  /**
   * Returns an executor that dispatches each command with the given options, for {@link
   * java.util.concurrent.CompletableFuture} and other libraries.
   *
   * <pre>{@code
   * Executor background = dispatcher.executor(TaskOptions.named("price"));
   * CompletableFuture.supplyAsync(() -> prices.of(item), background);
   * }</pre>
   *
   * <p>A command that keeps its exception to itself, as {@code supplyAsync} does, counts as
   * succeeded; the exception is in the future. A command that is a {@link
   * java.util.concurrent.Future} is asked, and what it failed with is recorded.
   *
   * @param options the options for every command
   * @return an executor, whose {@code execute} throws what {@link #dispatch(TaskOptions,
   *     BackgroundTask)} does
   * @throws NullPointerException if the options are null
   */
  Executor executor(TaskOptions options);

  /**
   * Returns the real dispatcher behind an injection proxy. Called on the request's thread, it gives
   * an object that can be used on any thread.
   *
   * @return this, unless this is a proxy
   */
  default BackgroundDispatcher unwrap() {
    return this;
  }
}
