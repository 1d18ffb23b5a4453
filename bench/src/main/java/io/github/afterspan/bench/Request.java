// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.bench;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.baggage.Baggage;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.ContextKey;
import io.opentelemetry.context.Scope;
import org.slf4j.MDC;

/**
 * What is current while a request is handled: a server span, two entries of baggage, three of the
 * MDC, and an object of 64 KiB, in the place of the request that an agent keeps there.
 */
final class Request implements AutoCloseable {

  static final int SIZE = 64 * 1024;
  static final String[] MDC_KEYS = {"trace_id", "user", "tenant"};

  private static final ContextKey<byte[]> REQUEST = ContextKey.named("request");

  private final Span span;
  private final Scope scope;

  @SuppressWarnings("MustBeClosed") // by close
  private Request(Span span, Context context) {
    this.span = span;
    this.scope = context.makeCurrent();
    for (String key : MDC_KEYS) {
      MDC.put(key, "value");
    }
  }

  /** Begins a request on this thread. */
  static Request begin(OpenTelemetry openTelemetry) {
    return begin(openTelemetry, SIZE);
  }

  /** Begins a request on this thread, with an object of another size. */
  static Request begin(OpenTelemetry openTelemetry, int size) {
    Span span =
        openTelemetry
            .getTracer("server")
            .spanBuilder("GET /orders")
            .setSpanKind(SpanKind.SERVER)
            .startSpan();
    Baggage baggage = Baggage.builder().put("tenant", "acme").put("plan", "gold").build();
    Context context = Context.root().with(REQUEST, new byte[size]).with(baggage).with(span);
    return new Request(span, context);
  }

  /** Ends it, on the same thread. */
  @Override
  public void close() {
    for (String key : MDC_KEYS) {
      MDC.remove(key);
    }
    scope.close();
    span.end();
  }
}
