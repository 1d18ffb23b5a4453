// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it.export;

import io.github.afterspan.export.BackgroundSpanProcessor;
import io.github.afterspan.it.OtlpReceiver;
import io.github.afterspan.it.ReceivedSpan;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.SpanProcessor;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * An SDK that exports over OTLP when it is flushed and at no other time, and does not try again by
 * itself: as it comes, or with our processor around its own.
 */
final class ExportingSdk implements AutoCloseable {

  private final OtlpReceiver receiver;
  private final SpanProcessor processor;
  private final OpenTelemetrySdk sdk;
  private final Tracer background;

  private ExportingSdk(OtlpReceiver receiver, SpanProcessor processor) {
    this.receiver = receiver;
    this.processor = processor;
    sdk =
        OpenTelemetrySdk.builder()
            .setTracerProvider(SdkTracerProvider.builder().addSpanProcessor(processor).build())
            .build();
    background = sdk.getTracer("io.github.afterspan");
  }

  static ExportingSdk plain(OtlpReceiver receiver) {
    return new ExportingSdk(receiver, batch(exporter(receiver)));
  }

  static ExportingSdk watched(OtlpReceiver receiver) {
    return new ExportingSdk(
        receiver, BackgroundSpanProcessor.create(exporter(receiver), ExportingSdk::batch));
  }

  private static SpanExporter exporter(OtlpReceiver receiver) {
    return OtlpHttpSpanExporter.builder()
        .setEndpoint(receiver.endpoint())
        .setTimeout(Duration.ofSeconds(2))
        .setRetryPolicy(null)
        .build();
  }

  private static SpanProcessor batch(SpanExporter exporter) {
    return BatchSpanProcessor.builder(exporter).setScheduleDelay(Duration.ofHours(1)).build();
  }

  OpenTelemetry openTelemetry() {
    return sdk;
  }

  /** A background span, ended. */
  Span end(String name) {
    Span span = background.spanBuilder(name).startSpan();
    span.end();
    return span;
  }

  CompletableResultCode forceFlush() {
    return sdk.getSdkTracerProvider().forceFlush();
  }

  List<String> flush(Duration within) {
    return ((BackgroundSpanProcessor) processor).flush(within);
  }

  CompletableResultCode shutdown() {
    return sdk.shutdown();
  }

  List<String> received() {
    return receiver.spans().stream().map(ReceivedSpan::name).toList();
  }

  static CompletableResultCode join(CompletableResultCode result) {
    return result.join(20, TimeUnit.SECONDS);
  }

  @Override
  public void close() {
    sdk.close();
  }
}
