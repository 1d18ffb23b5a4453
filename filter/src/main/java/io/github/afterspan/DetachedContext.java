// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan;

import static java.util.Objects.requireNonNull;

import io.opentelemetry.api.baggage.Baggage;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.context.Context;

/**
 * Detaches work from its request: a context with the span context and the baggage of another, and
 * nothing else of it. For people with executors of their own; {@link BackgroundDispatcher} detaches
 * by itself.
 *
 * <pre>{@code
 * Context detached = DetachedContext.detach(Context.current());
 * try (Scope ignored = Context.root().makeCurrent()) { // or an agent attaches the request again
 *   executor.execute(detached.wrap(this::refresh));
 * }
 * }</pre>
 *
 * <p>The span in a detached context is a plain reference: it can be a parent or be linked to, also
 * after the real span ended; what is set on it goes nowhere, and ending it does nothing. Whatever
 * else the context held, the request of an agent for one, can be collected.
 *
 * <p>Safe for use by several threads.
 */
public final class DetachedContext {

  private DetachedContext() {}

  /**
   * Returns a context for work in the same trace: the same as {@link #detach(Context, TraceMode)}
   * with {@link TraceMode#CHILD}.
   *
   * @param context what to detach from, usually {@link Context#current()}
   * @return the detached context
   * @throws NullPointerException if the context is null
   */
  public static Context detach(Context context) {
    return detach(context, TraceMode.CHILD);
  }

  /**
   * Returns the context that a span of the given mode has as its parent. A context holds no links;
   * for the modes with a link, add {@code Span.fromContext(context).getSpanContext()} to the span
   * builder.
   *
   * @param context what to detach from
   * @param mode how the work is tied to the trace; {@link TraceMode#NEW_TRACE_WITH_LINK} gives a
   *     context without a span
   * @return the detached context: {@link Context#root()} if there is no valid span and no baggage
   * @throws NullPointerException if an argument is null
   */
  public static Context detach(Context context, TraceMode mode) {
    requireNonNull(context, "context");
    requireNonNull(mode, "mode");
    return of(Span.fromContext(context).getSpanContext(), Baggage.fromContext(context), mode);
  }

  static Context of(SpanContext origin, Baggage baggage, TraceMode mode) {
    Context detached = Context.root();
    if (!baggage.isEmpty()) {
      detached = detached.with(baggage);
    }
    if (!origin.isValid() || mode == TraceMode.NEW_TRACE_WITH_LINK) {
      return detached;
    }
    return detached.with(Span.wrap(mode == TraceMode.REMOTE_CHILD ? remote(origin) : origin));
  }

  private static SpanContext remote(SpanContext origin) {
    return SpanContext.createFromRemoteParent(
        origin.getTraceId(), origin.getSpanId(), origin.getTraceFlags(), origin.getTraceState());
  }
}
