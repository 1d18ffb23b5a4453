// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.GlobalOpenTelemetry;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.ReadWriteSpan;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.SpanProcessor;
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

  private final CapturedLog log = new CapturedLog();

  @AfterEach
  void close() {
    log.close();
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
  void saysThatItCannotTell_whenTheSdkFlushedByItself() {
    drain(sdk, WorkerOptions.defaults());
    assertThat(log.records("whether the last spans were exported")).hasSize(1);
  }

  @Test
  void saysNothing_whenTheSdkHasAProcessorThatTells() {
    SpanProcessor telling = new TellingProcessor(BatchSpanProcessor.create(spans));
    try (OpenTelemetrySdk watched =
        OpenTelemetrySdk.builder()
            .setTracerProvider(SdkTracerProvider.builder().addSpanProcessor(telling).build())
            .build()) {
      drain(watched, WorkerOptions.defaults());
      assertThat(log.records("exported")).isEmpty();
      assertThat(spans.getFinishedSpanItems()).hasSize(1);
    }
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

  /** Says of itself what afterspan-export's processor says. */
  private record TellingProcessor(SpanProcessor delegate) implements SpanProcessor {
    @Override
    public void onStart(Context parent, ReadWriteSpan span) {}

    @Override
    public boolean isStartRequired() {
      return false;
    }

    @Override
    public void onEnd(ReadableSpan span) {
      delegate.onEnd(span);
    }

    @Override
    public boolean isEndRequired() {
      return true;
    }

    @Override
    public CompletableResultCode forceFlush() {
      return delegate.forceFlush();
    }

    @Override
    public String toString() {
      return "BackgroundSpanProcessor{" + delegate + "}";
    }
  }
}
