// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.GlobalOpenTelemetry;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SdkFlushTest {

  private final InMemorySpanExporter spans = InMemorySpanExporter.create();
  private final OpenTelemetrySdk sdk =
      OpenTelemetrySdk.builder()
          .setTracerProvider(
              SdkTracerProvider.builder()
                  .addSpanProcessor(
                      BatchSpanProcessor.builder(spans)
                          .setScheduleDelay(Duration.ofHours(1))
                          .build())
                  .build())
          .build();

  @AfterEach
  void close() {
    sdk.close();
    GlobalOpenTelemetry.resetForTest();
  }

  /** The control: without a flush the span stays in the processor for an hour. */
  @Test
  void leavesSpansInTheProcessor_whenFlushDoesNothing() {
    drain(sdk, WorkerOptions.builder().flush(within -> true).build());
    assertThat(spans.getFinishedSpanItems()).isEmpty();
  }

  @Test
  void exportsSpansAtTheEndOfTheDrain_withSdkPassedIn() {
    drain(sdk, WorkerOptions.defaults());
    assertThat(spans.getFinishedSpanItems()).hasSize(1);
  }

  @Test
  void exportsSpansAtTheEndOfTheDrain_withGlobalSdk() {
    GlobalOpenTelemetry.set(sdk);
    drain(GlobalOpenTelemetry.get(), WorkerOptions.defaults());
    assertThat(spans.getFinishedSpanItems()).hasSize(1);
  }

  @Test
  void hasNothingToFlush_withoutSdk() {
    assertThat(new SdkFlush(OpenTelemetry.noop()).test(Duration.ofSeconds(1))).isTrue();
  }

  private static void drain(OpenTelemetry openTelemetry, WorkerOptions options) {
    try (BackgroundWorkers workers = BackgroundWorkers.create(openTelemetry, options)) {
      assertThat(workers.dispatcher().dispatch("mail", () -> {})).isNotNull();
    }
  }
}
