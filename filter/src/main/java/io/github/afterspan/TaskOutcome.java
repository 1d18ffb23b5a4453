// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan;

import io.opentelemetry.api.baggage.Baggage;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * The part of a task that others learn of: its span and its completion, and how its outcome is told
 * to both. A class of its own for the reader; an object of its own would cost every task.
 *
 * <p>The span. T1, which stops a task from outside, may decide before T2, its thread, has published
 * the span that it is starting. Then T1 leaves a mark in place of the span, and T2, which finds the
 * mark, ends the span. So it ends once.
 *
 * <p>The completion. T1 tells that the task succeeded while T2 asks for its completion for the
 * first time: either T1 finds the future of T2 and completes it, or T2 finds that of T1, which is
 * one for all tasks and needs nothing made.
 *
 * <p>Safe for use by several threads.
 */
abstract sealed class TaskOutcome implements DispatchedTask permits WorkerTask {

  private static final CompletableFuture<@Nullable Void> DONE =
      CompletableFuture.completedFuture(null);

  private static final VarHandle SPAN;
  private static final VarHandle COMPLETION;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      SPAN = lookup.findVarHandle(TaskOutcome.class, "span", Object.class);
      COMPLETION = lookup.findVarHandle(TaskOutcome.class, "completion", CompletableFuture.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  final TaskProfile profile;
  final SpanContext origin;
  private @Nullable Baggage baggage;

  /** Null, then the open {@link Span}, then the {@link SpanContext} that is left of it. */
  private volatile @Nullable Object span;

  /** Made by the first who asks; {@link #DONE} if nobody has when the success is reported. */
  private volatile @Nullable CompletableFuture<@Nullable Void> completion;

  TaskOutcome(TaskProfile profile, SpanContext origin, Baggage baggage) {
    this.profile = profile;
    this.origin = origin;
    this.baggage = baggage;
  }

  @Override
  public final String name() {
    return profile.name;
  }

  @Override
  public final CompletionStage<@Nullable Void> completion() {
    return future().minimalCompletionStage();
  }

  final Baggage baggage() {
    Baggage carried = baggage;
    return carried == null ? Baggage.empty() : carried;
  }

  /** The trace of its span if it has one, else that of the dispatching span; invalid if none. */
  final SpanContext trace() {
    Object now = span;
    SpanContext own = now instanceof Span open ? open.getSpanContext() : (SpanContext) now;
    return own != null && own.isValid() ? own : origin;
  }

  /** Leaves the span to whoever tells the outcome, or ends it if that has been told. */
  final void publish(Span started) {
    if (!SPAN.compareAndSet(this, null, started)) {
      TaskReport.end(this, started, state(), null);
    }
  }

  /**
   * Tells everybody about the outcome. Called once, by whoever decided it.
   *
   * @param cause what the outcome came from; null if the task succeeded
   * @param ranNanos how long the body ran, negative if it never started
   */
  final void report(TaskState outcome, @Nullable Throwable cause, long ranNanos) {
    try {
      TaskReport.of(this, takeSpan(), outcome, cause, ranNanos);
    } finally { // whoever waits for the outcome must not depend on who writes it down
      baggage = null;
      if (cause != null) {
        future().completeExceptionally(cause);
      } else if (!COMPLETION.compareAndSet(this, null, DONE)) {
        future().complete(null);
      }
    }
  }

  private CompletableFuture<@Nullable Void> future() {
    CompletableFuture<@Nullable Void> known = completion;
    if (known != null) {
      return known;
    }
    CompletableFuture<@Nullable Void> created = new CompletableFuture<>();
    @SuppressWarnings("unchecked")
    CompletableFuture<@Nullable Void> first =
        (CompletableFuture<@Nullable Void>) COMPLETION.compareAndExchange(this, null, created);
    return first != null ? first : created;
  }

  private @Nullable Span takeSpan() {
    while (true) {
      Object now = span;
      if (now instanceof SpanContext) {
        return null;
      }
      Span open = (Span) now;
      SpanContext mark = open == null ? origin : open.getSpanContext();
      if (SPAN.compareAndSet(this, open, mark)) {
        return open;
      }
    }
  }
}
