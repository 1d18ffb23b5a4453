// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.TracerProvider;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.ContextPropagators;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Telemetry that costs next to nothing, and counts how often its spans start and end. */
final class CountingTelemetry implements OpenTelemetry, Tracer {

  private static final SpanContext SPAN_CONTEXT =
      SpanContext.create(
          "0af7651916cd43dd8448eb211c80319c",
          "b7ad6b7169203331",
          TraceFlags.getSampled(),
          TraceState.getDefault());

  private final AtomicInteger started = new AtomicInteger();
  private final AtomicInteger ended = new AtomicInteger();
  private final AtomicInteger endedAgain = new AtomicInteger();

  /** Null if every span that started has ended once. */
  String complaint() {
    if (endedAgain.get() > 0) {
      return "a span ended twice";
    }
    return started.get() == ended.get() ? null : started + " spans started, " + ended + " ended";
  }

  @Override
  public TracerProvider getTracerProvider() {
    return new TracerProvider() {
      @Override
      public Tracer get(String scope) {
        return CountingTelemetry.this;
      }

      @Override
      public Tracer get(String scope, String version) {
        return CountingTelemetry.this;
      }
    };
  }

  @Override
  public ContextPropagators getPropagators() {
    return ContextPropagators.noop();
  }

  @Override
  public SpanBuilder spanBuilder(String name) {
    return new Builder();
  }

  private final class Builder implements SpanBuilder {
    @Override
    public SpanBuilder setParent(Context context) {
      return this;
    }

    @Override
    public SpanBuilder setNoParent() {
      return this;
    }

    @Override
    public SpanBuilder addLink(SpanContext span) {
      return this;
    }

    @Override
    public SpanBuilder addLink(SpanContext span, Attributes attributes) {
      return this;
    }

    @Override
    public SpanBuilder setAttribute(String key, String value) {
      return this;
    }

    @Override
    public SpanBuilder setAttribute(String key, long value) {
      return this;
    }

    @Override
    public SpanBuilder setAttribute(String key, double value) {
      return this;
    }

    @Override
    public SpanBuilder setAttribute(String key, boolean value) {
      return this;
    }

    @Override
    public <T> SpanBuilder setAttribute(AttributeKey<T> key, T value) {
      return this;
    }

    @Override
    public SpanBuilder setSpanKind(SpanKind kind) {
      return this;
    }

    @Override
    public SpanBuilder setStartTimestamp(long timestamp, TimeUnit unit) {
      return this;
    }

    @Override
    public Span startSpan() {
      started.incrementAndGet();
      return new CountedSpan();
    }
  }

  private final class CountedSpan implements Span {
    private final AtomicInteger ends = new AtomicInteger();

    @Override
    public void end() {
      (ends.getAndIncrement() == 0 ? ended : endedAgain).incrementAndGet();
    }

    @Override
    public void end(long timestamp, TimeUnit unit) {
      end();
    }

    @Override
    public SpanContext getSpanContext() {
      return SPAN_CONTEXT;
    }

    @Override
    public boolean isRecording() {
      return ends.get() == 0;
    }

    @Override
    public <T> Span setAttribute(AttributeKey<T> key, T value) {
      return this;
    }

    @Override
    public Span addEvent(String name, Attributes attributes) {
      return this;
    }

    @Override
    public Span addEvent(String name, Attributes attributes, long timestamp, TimeUnit unit) {
      return this;
    }

    @Override
    public Span setStatus(StatusCode code, String description) {
      return this;
    }

    @Override
    public Span recordException(Throwable exception, Attributes attributes) {
      return this;
    }

    @Override
    public Span updateName(String name) {
      return this;
    }
  }
}
