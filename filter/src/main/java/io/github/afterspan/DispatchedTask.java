// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan;

import io.opentelemetry.context.Context;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * A task that was accepted: its state, its outcome, and the way to cancel it.
 *
 * <pre>{@code
 * DispatchedTask task = dispatcher.dispatch("refreshCache", cache::refresh);
 * task.completion().whenComplete((done, failure) -> cacheRefreshing.set(false));
 * }</pre>
 *
 * <p>Safe for use by several threads. It need not be closed, and may be dropped: the task runs all
 * the same.
 */
public interface DispatchedTask {

  /**
   * Returns the task whose body runs in the current OpenTelemetry context: on its own thread, or
   * wherever that context was carried.
   *
   * @return the task; empty outside a task
   */
  static Optional<DispatchedTask> current() {
    return Optional.ofNullable(Context.current().get(Deadline.TASK));
  }

  /**
   * Returns the name the task was dispatched under.
   *
   * @return the name, never blank
   */
  String name();

  /**
   * Returns where the task is now. A {@linkplain TaskState#isFinal() final} state never changes.
   *
   * @return the state at the time of the call
   */
  TaskState state();

  /**
   * Returns a stage that completes with the outcome, at the moment the outcome is decided. After a
   * timeout the body may still be on its way out of its thread.
   *
   * <p>It completes normally when the task {@linkplain TaskState#SUCCEEDED succeeded}, otherwise
   * with
   *
   * <ul>
   *   <li>what the body threw, when it {@linkplain TaskState#FAILED failed};
   *   <li>{@link java.util.concurrent.TimeoutException} when it {@linkplain TaskState#TIMED_OUT
   *       timed out};
   *   <li>{@link java.util.concurrent.CancellationException} when it was {@linkplain
   *       TaskState#CANCELLED cancelled}, {@linkplain TaskState#SKIPPED skipped} or {@linkplain
   *       TaskState#ABANDONED abandoned}; the message says which.
   * </ul>
   *
   * <p>A dependent action given without an executor runs on the thread that decided the outcome (a
   * worker, the thread that reports timeouts, or the caller of {@link #cancel()}). It should not
   * block; use the {@code Async} methods for one that does. Completing the stage by hand, through
   * {@link CompletionStage#toCompletableFuture()}, does not touch the task.
   *
   * @return the stage
   */
  CompletionStage<Void> completion();

  /**
   * Cancels the task. One that has not started never will; the thread of one that runs is
   * interrupted, its span ends at once, and its outcome is {@link TaskState#CANCELLED} whatever the
   * body does then.
   *
   * @return true if this call cancelled the task, false if it had its outcome already
   */
  boolean cancel();
}
