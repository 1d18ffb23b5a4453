// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.example;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.spi.ConfigProperties;
import io.opentelemetry.sdk.resources.Resource;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The OpenTelemetry SDK, configured by the standard {@code OTEL_*} variables: a batch processor and
 * OTLP over HTTP, to the receiver inside the process unless they name another.
 *
 * <p>Whoever started it closes it, after everything that makes spans: it has no shutdown hook of
 * its own, which would race with the end of the service.
 */
final class Telemetry implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Telemetry.class);

  private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(3);
  private static final String SERVICE_NAME = "order-service";
  private static final AttributeKey<String> SERVICE_NAME_KEY =
      AttributeKey.stringKey("service.name");

  private static final String EXPORTER = "otel.traces.exporter";
  private static final String PROTOCOL = "otel.exporter.otlp.protocol";
  private static final String ENDPOINT = "otel.exporter.otlp.endpoint";
  private static final String TRACES_ENDPOINT = "otel.exporter.otlp.traces.endpoint";

  /** What holds unless a variable says otherwise. */
  private static final Map<String, String> DEFAULTS =
      Map.of(
          PROTOCOL,
          "http/protobuf",
          "otel.metrics.exporter",
          "none",
          "otel.logs.exporter",
          "none",
          "otel.bsp.schedule.delay",
          "200");

  private final OpenTelemetrySdk sdk;
  private final String destination;
  private final boolean inProcess;

  private Telemetry(OpenTelemetrySdk sdk, String destination, boolean inProcess) {
    this.sdk = sdk;
    this.destination = destination;
    this.inProcess = inProcess;
  }

  /**
   * Starts the SDK.
   *
   * @param receiver where spans go unless a variable says otherwise: the URL of the receiver inside
   *     the process
   * @param overrides properties that win over everything
   */
  static Telemetry start(String receiver, Map<String, String> overrides) {
    AtomicReference<@Nullable ConfigProperties> used = new AtomicReference<>();
    OpenTelemetrySdk sdk =
        AutoConfiguredOpenTelemetrySdk.builder()
            .disableShutdownHook()
            .addPropertiesSupplier(() -> DEFAULTS)
            .addPropertiesCustomizer(config -> overrides)
            .addPropertiesCustomizer(config -> destination(config, receiver))
            .addResourceCustomizer(
                (resource, config) -> {
                  used.set(config);
                  return named(resource);
                })
            .build()
            .getOpenTelemetrySdk();
    ConfigProperties config = used.get();
    if (config == null || config.getBoolean("otel.sdk.disabled", false)) {
      return new Telemetry(sdk, "nowhere, as OTEL_SDK_DISABLED says", false);
    }
    String exporters = config.getString(EXPORTER, "otlp");
    if (!List.of(exporters.split("\\s*,\\s*")).contains("otlp")) {
      return new Telemetry(
          sdk, "the exporter " + exporters + ", as OTEL_TRACES_EXPORTER says", false);
    }
    String endpoint =
        config.getString(
            TRACES_ENDPOINT,
            config.getString(
                ENDPOINT, "OTLP's own port on this machine, by " + config.getString(PROTOCOL)));
    return new Telemetry(sdk, endpoint, endpoint.equals(receiver));
  }

  /** Points the exporter at the receiver, if nothing points it anywhere. */
  private static Map<String, String> destination(ConfigProperties config, String receiver) {
    boolean free =
        config.getString(TRACES_ENDPOINT) == null
            && config.getString(ENDPOINT) == null
            && "http/protobuf".equals(config.getString(PROTOCOL));
    return free ? Map.of(TRACES_ENDPOINT, receiver) : Map.of();
  }

  private static Resource named(Resource resource) {
    String name = resource.getAttribute(SERVICE_NAME_KEY);
    return name != null && !name.startsWith("unknown_service")
        ? resource
        : resource.merge(Resource.builder().put(SERVICE_NAME_KEY, SERVICE_NAME).build());
  }

  /** Says where the spans go. */
  String destination() {
    return destination;
  }

  /** Returns whether the spans go to the receiver inside the process. */
  boolean inProcess() {
    return inProcess;
  }

  OpenTelemetry openTelemetry() {
    return sdk;
  }

  /** Exports what has ended, and returns whether that worked within the time. */
  boolean flush(Duration patience) {
    return sdk.getSdkTracerProvider()
        .forceFlush()
        .join(patience.toMillis(), TimeUnit.MILLISECONDS)
        .isSuccess();
  }

  @Override
  public void close() {
    if (!sdk.shutdown().join(CLOSE_PATIENCE.toMillis(), TimeUnit.MILLISECONDS).isSuccess()) {
      LOG.warn("not everything was exported to {}", destination);
    }
  }
}
