// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.bench;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.export.PeriodicMetricReader;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;

/** Where spans and metrics go. */
public enum TelemetryKind {
  /** Nowhere: what OpenTelemetry's API does without an SDK. */
  NOOP {
    @Override
    OpenTelemetry open() {
      return OpenTelemetry.noop();
    }
  },
  /** Sampled spans through a batch processor, metrics through a periodic reader, and then away. */
  SDK {
    @Override
    OpenTelemetry open() {
      return OpenTelemetrySdk.builder()
          .setTracerProvider(
              SdkTracerProvider.builder()
                  .addSpanProcessor(BatchSpanProcessor.builder(new NowhereSpans()).build())
                  .build())
          .setMeterProvider(
              SdkMeterProvider.builder()
                  .registerMetricReader(PeriodicMetricReader.create(new NowhereMetrics()))
                  .build())
          .build();
    }
  };

  abstract OpenTelemetry open();

  /** Closes what {@link #open()} gave. */
  static void close(OpenTelemetry openTelemetry) {
    if (openTelemetry instanceof OpenTelemetrySdk sdk) {
      sdk.close();
    }
  }
}
