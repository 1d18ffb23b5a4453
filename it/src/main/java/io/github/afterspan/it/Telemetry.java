// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.ContextStorage;
import io.opentelemetry.context.Scope;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.common.export.RetryPolicy;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * An OpenTelemetry SDK as applications have it, with the batch processor and the OTLP exporter,
 * that exports to a receiver and is registered nowhere.
 *
 * <p>Safe for use by several threads. Whoever makes it closes it, after having waited for the spans
 * to be received.
 */
public final class Telemetry implements AutoCloseable {

  private final OpenTelemetrySdk sdk;

  private Telemetry(OpenTelemetrySdk sdk) {
    this.sdk = sdk;
  }

  /**
   * Makes an SDK that exports every 100 ms, and tries again soon when an export failed.
   *
   * @param receiver where to export to
   * @return the SDK
   */
  public static Telemetry exportingTo(OtlpReceiver receiver) {
    return exportingTo(receiver, Duration.ofMillis(100));
  }

  /**
   * Makes an SDK that exports only when it is flushed or shut down.
   *
   * @param receiver where to export to
   * @return the SDK
   */
  public static Telemetry exportingOnFlushTo(OtlpReceiver receiver) {
    return exportingTo(receiver, Duration.ofHours(1));
  }

  private static Telemetry exportingTo(OtlpReceiver receiver, Duration delay) {
    OtlpHttpSpanExporter exporter =
        OtlpHttpSpanExporter.builder()
            .setEndpoint(receiver.endpoint())
            .setCompression("gzip")
            .setTimeout(Duration.ofSeconds(5))
            .setRetryPolicy(
                RetryPolicy.builder()
                    .setMaxAttempts(5)
                    .setInitialBackoff(Duration.ofMillis(50))
                    .setMaxBackoff(Duration.ofMillis(500))
                    .build())
            .build();
    // The load test ends more spans than the SDK's 2048 while a busy machine exports none.
    BatchSpanProcessor processor =
        BatchSpanProcessor.builder(exporter)
            .setScheduleDelay(delay)
            .setMaxQueueSize(16_384)
            .build();
    return new Telemetry(
        OpenTelemetrySdk.builder()
            .setTracerProvider(SdkTracerProvider.builder().addSpanProcessor(processor).build())
            .build());
  }

  /**
   * Returns the SDK.
   *
   * @return the SDK, open until this is closed
   */
  public OpenTelemetry openTelemetry() {
    return sdk;
  }

  /**
   * Returns the tracer of the application under test.
   *
   * @return a tracer with the scope {@code application}
   */
  public Tracer tracer() {
    return sdk.getTracer("application");
  }

  /**
   * Returns a handler that does its work in a span, as instrumented applications do.
   *
   * @param span the name of the span, which is current while the handler runs
   * @param handler what to do
   * @return the handler in its span
   */
  public Handler inSpan(String span, Handler handler) {
    return (request, response) -> {
      Span started = tracer().spanBuilder(span).setSpanKind(SpanKind.SERVER).startSpan();
      try (Scope scope = started.makeCurrent()) {
        handler.handle(request, response);
      } finally {
        started.end();
      }
    };
  }

  /**
   * Exports what has ended, as a hook of an application would.
   *
   * @param patience how long to wait at most
   * @return what the SDK says, which is no proof
   */
  public boolean flush(Duration patience) {
    return sdk.getSdkTracerProvider()
        .forceFlush()
        .join(patience.toMillis(), TimeUnit.MILLISECONDS)
        .isSuccess();
  }

  /** Shuts the SDK down, waiting a few seconds at most. */
  @Override
  public void close() {
    sdk.shutdown().join(5, TimeUnit.SECONDS);
  }

  /**
   * Checks that every scope that was opened was closed. Needs {@code
   * -Dio.opentelemetry.context.enableStrictContext=true}.
   *
   * @throws AssertionError if a scope was left open, with the stack that opened it, or if strict
   *     context is not switched on
   */
  public static void assertNoScopeLeft() {
    if (!(ContextStorage.get() instanceof AutoCloseable strict)) {
      throw new AssertionError("strict context is off: " + ContextStorage.get());
    }
    try {
      strict.close();
    } catch (Exception e) {
      throw new AssertionError("could not check for open scopes", e);
    }
  }
}
