// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.trace.ReadWriteSpan;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.SpanProcessor;

/** Runs something on the thread that starts or ends a span, which may block there, or throw. */
record HookedSpans(Runnable atStart, Runnable atEnd) implements SpanProcessor {

  static OpenTelemetry atStart(Runnable hook) {
    return of(hook, () -> {});
  }

  static OpenTelemetry atEnd(Runnable hook) {
    return of(() -> {}, hook);
  }

  static OpenTelemetry of(Runnable atStart, Runnable atEnd) {
    return OpenTelemetrySdk.builder()
        .setTracerProvider(
            SdkTracerProvider.builder().addSpanProcessor(new HookedSpans(atStart, atEnd)).build())
        .build();
  }

  @Override
  public void onStart(Context parent, ReadWriteSpan span) {
    atStart.run();
  }

  @Override
  public boolean isStartRequired() {
    return true;
  }

  @Override
  public void onEnd(ReadableSpan span) {
    atEnd.run();
  }

  @Override
  public boolean isEndRequired() {
    return true;
  }
}
