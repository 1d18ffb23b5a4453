// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan;

import io.opentelemetry.context.Context;
import io.opentelemetry.context.ContextKey;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * When the task that runs now will be stopped. It travels in the OpenTelemetry {@link Context}, as
 * Go's travels in its own, so it is found anywhere down the call stack and wherever that context is
 * carried.
 *
 * <pre>{@code
 * HttpRequest request =
 *     HttpRequest.newBuilder(uri).timeout(Deadline.current().remaining()).build();
 * }</pre>
 *
 * <p>Outside a task the deadline is so far away that it never passes: 292 years. A task dispatched
 * by another task has a deadline of its own, however little was left of the first one's.
 *
 * <p>Immutable, safe for use by several threads.
 */
public final class Deadline {

  static final ContextKey<WorkerTask> TASK = ContextKey.named("afterspan-task");

  private static final Deadline NEVER = new Deadline(null);
  private static final Duration FOREVER = Duration.ofNanos(Long.MAX_VALUE);

  private final @Nullable WorkerTask task;

  private Deadline(@Nullable WorkerTask task) {
    this.task = task;
  }

  /**
   * Returns the deadline of the task in the current context.
   *
   * @return the deadline; never null
   */
  public static Deadline current() {
    WorkerTask task = Context.current().get(TASK);
    return task == null ? NEVER : new Deadline(task);
  }

  /**
   * Returns the time that is left.
   *
   * @return zero once the deadline has passed; 292 years outside a task
   */
  public Duration remaining() {
    return task == null
        ? FOREVER
        : Duration.ofNanos(Math.max(0, task.deadlineNanos() - System.nanoTime()));
  }

  /**
   * Tells whether the deadline has passed.
   *
   * @return true from then on; always false outside a task
   */
  public boolean hasPassed() {
    return task != null && task.deadlineNanos() - System.nanoTime() <= 0;
  }

  @Override
  public String toString() {
    return task == null ? "Deadline{never}" : "Deadline{remaining=" + remaining() + "}";
  }
}
