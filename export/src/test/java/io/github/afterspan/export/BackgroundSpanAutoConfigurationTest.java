// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.export;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import io.opentelemetry.sdk.common.CompletableResultCode;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class BackgroundSpanAutoConfigurationTest {

  private static OpenTelemetrySdk sdk(Map<String, String> more) {
    Map<String, String> properties = new HashMap<>();
    properties.put("otel.traces.exporter", "none");
    properties.put("otel.metrics.exporter", "none");
    properties.put("otel.logs.exporter", "none");
    properties.put("otel.bsp.schedule.delay", "3600000");
    properties.putAll(more);
    return AutoConfiguredOpenTelemetrySdk.builder()
        .disableShutdownHook()
        .addPropertiesSupplier(() -> properties)
        .build()
        .getOpenTelemetrySdk();
  }

  @Test
  void wrapsNothing_withoutExporters() {
    try (OpenTelemetrySdk sdk = sdk(Map.of())) {
      assertThat(sdk.toString()).doesNotContain("BackgroundSpanProcessor");
    }
  }

  @Test
  void leavesTheSdkAlone_whenSwitchedOff() {
    Map<String, String> off =
        Map.of("otel.traces.exporter", "scripted", "afterspan.export.enabled", "false");
    try (OpenTelemetrySdk sdk = sdk(off)) {
      assertThat(sdk.toString()).doesNotContain("BackgroundSpanProcessor").contains("Batch");
    }
  }

  @Test
  void triesRefusedSpansAgain_whenTheSdkFoundItByItself() {
    try (OpenTelemetrySdk sdk = sdk(Map.of("otel.traces.exporter", "scripted"))) {
      ScriptedExporter exporter = ScriptedExporterProvider.made;
      exporter.answer = CompletableResultCode::ofFailure;
      Span span = sdk.getTracer("io.github.afterspan").spanBuilder("ours").startSpan();
      span.end();
      CompletableResultCode flushed = sdk.getSdkTracerProvider().forceFlush();
      Awaitility.await().until(() -> exporter.batches.size() > 1);
      exporter.answer = CompletableResultCode::ofSuccess;
      assertThat(flushed.join(20, TimeUnit.SECONDS).isSuccess()).isTrue();
      assertThat(exporter.names()).containsExactly("ours");
    }
  }
}
