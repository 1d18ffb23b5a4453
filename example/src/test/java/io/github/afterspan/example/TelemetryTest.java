// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.example;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class TelemetryTest {

  private static final String RECEIVER = "http://127.0.0.1:1/v1/traces";

  @Test
  void goesToTheReceiverInside_whenNothingSaysOtherwise() {
    try (Telemetry telemetry = Telemetry.start(RECEIVER, Map.of())) {
      assertThat(telemetry.inProcess()).isTrue();
      assertThat(telemetry.destination()).isEqualTo(RECEIVER);
      assertThat(telemetry.openTelemetry().toString())
          .contains("BatchSpanProcessor", "OtlpHttpSpanExporter", RECEIVER, "order-service");
    }
  }

  @Test
  void goesElsewhere_whenAnEndpointIsSet() {
    assertDestination(Map.of("otel.exporter.otlp.endpoint", "http://c:4318"), "http://c:4318");
    assertDestination(
        Map.of("otel.exporter.otlp.traces.endpoint", "http://c:4318/t"), "http://c:4318/t");
  }

  @Test
  void goesElsewhere_whenTheExporterIsAnother() {
    assertDestination(
        Map.of("otel.traces.exporter", "none"), "the exporter none, as OTEL_TRACES_EXPORTER says");
  }

  @Test
  void goesToOtlpsOwnPort_whenTheProtocolIsGrpc() {
    assertDestination(
        Map.of("otel.exporter.otlp.protocol", "grpc"), "OTLP's own port on this machine, by grpc");
  }

  @Test
  void goesNowhere_whenTheSdkIsDisabled() {
    assertDestination(Map.of("otel.sdk.disabled", "true"), "nowhere, as OTEL_SDK_DISABLED says");
  }

  @Test
  void keepsTheServiceName_whenOneIsSet() {
    Map<String, String> named = Map.of("otel.resource.attributes", "service.name=shop");
    try (Telemetry telemetry = Telemetry.start(RECEIVER, named)) {
      assertThat(telemetry.openTelemetry().toString())
          .contains("shop")
          .doesNotContain("order-service");
    }
  }

  private static void assertDestination(Map<String, String> properties, String destination) {
    try (Telemetry telemetry = Telemetry.start(RECEIVER, properties)) {
      assertThat(telemetry.destination()).isEqualTo(destination);
      assertThat(telemetry.inProcess()).isFalse();
    }
  }
}
