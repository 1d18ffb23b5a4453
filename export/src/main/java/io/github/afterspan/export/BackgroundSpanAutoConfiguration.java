// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.export;

import io.opentelemetry.api.GlobalOpenTelemetry;
import io.opentelemetry.api.metrics.MeterProvider;
import io.opentelemetry.sdk.autoconfigure.spi.AutoConfigurationCustomizer;
import io.opentelemetry.sdk.autoconfigure.spi.AutoConfigurationCustomizerProvider;
import io.opentelemetry.sdk.autoconfigure.spi.ConfigProperties;
import io.opentelemetry.sdk.trace.SpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Puts a {@link BackgroundSpanProcessor} around the processors of an autoconfigured SDK, that of
 * the Java agent included. Found by the SDK through {@code META-INF/services}; nobody calls it.
 *
 * <p>The property {@value #DRAIN_TIMEOUT} (20 seconds unless set) says how long the SDK's shutdown
 * waits for background work at most. {@value #ENABLED} set to false leaves the SDK as it is.
 *
 * <p>Goes first, so that the processors and exporters of others are outside: what they filter is
 * not missed.
 */
public final class BackgroundSpanAutoConfiguration implements AutoConfigurationCustomizerProvider {

  /** How long the SDK's shutdown waits for background work, as a property of the SDK: {@value}. */
  public static final String DRAIN_TIMEOUT = "afterspan.export.drain.timeout";

  /** Whether anything is wrapped at all, as a property of the SDK: {@value}. */
  public static final String ENABLED = "afterspan.export.enabled";

  /** Tells the drain, whose classes are not ours under the agent, that the agent's SDK waits. */
  private static final String IN_AGENT = "io.github.afterspan.export.agent";

  private @Nullable ExportWatch watch;

  /** Made by the SDK. */
  public BackgroundSpanAutoConfiguration() {}

  @Override
  public void customize(AutoConfigurationCustomizer sdk) {
    watch = null; // another SDK, another watch
    sdk.addSpanExporterCustomizer(this::wrapExporter);
    sdk.addSpanProcessorCustomizer(this::wrapProcessor);
  }

  private SpanExporter wrapExporter(SpanExporter exporter, ConfigProperties config) {
    return config.getBoolean(ENABLED, true) ? watch(config).exporter(exporter) : exporter;
  }

  private SpanProcessor wrapProcessor(SpanProcessor processor, ConfigProperties config) {
    if (!config.getBoolean(ENABLED, true)) {
      return processor;
    }
    String loader = String.valueOf(SpanProcessor.class.getClassLoader());
    if (loader.startsWith("io.opentelemetry.javaagent.")) {
      System.setProperty(IN_AGENT, "true");
    }
    return watch(config).processor(processor);
  }

  private ExportWatch watch(ConfigProperties config) {
    ExportWatch made = watch;
    if (made == null) {
      Duration timeout = config.getDuration(DRAIN_TIMEOUT, DrainWait.DEFAULT_TIMEOUT);
      made = new ExportWatch(BackgroundSpanAutoConfiguration::meters, timeout);
      watch = made;
    }
    return made;
  }

  /** The SDK tells no processor of its meters; it is found where it was registered, if it was. */
  private static @Nullable MeterProvider meters() {
    return GlobalOpenTelemetry.isSet() ? GlobalOpenTelemetry.getMeterProvider() : null;
  }

  @Override
  public int order() {
    return Integer.MIN_VALUE;
  }
}
