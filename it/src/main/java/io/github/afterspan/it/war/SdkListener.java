// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it.war;

import static java.util.Objects.requireNonNull;

import io.opentelemetry.api.GlobalOpenTelemetry;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;
import org.jspecify.annotations.Nullable;

/** Registers an SDK when its application starts, and closes it when the application goes. */
public final class SdkListener implements ServletContextListener {

  /** The context-param that tells where the SDK exports to. */
  public static final String ENDPOINT = "otlp-endpoint";

  private @Nullable OpenTelemetrySdk sdk;

  /** Made by the container. */
  public SdkListener() {}

  @Override
  public void contextInitialized(ServletContextEvent event) {
    OtlpHttpSpanExporter exporter =
        OtlpHttpSpanExporter.builder()
            .setEndpoint(event.getServletContext().getInitParameter(ENDPOINT))
            .build();
    OpenTelemetrySdk made =
        OpenTelemetrySdk.builder()
            .setTracerProvider(
                SdkTracerProvider.builder()
                    .addSpanProcessor(BatchSpanProcessor.create(exporter))
                    .build())
            .build();
    GlobalOpenTelemetry.set(made);
    sdk = made;
  }

  @Override
  public void contextDestroyed(ServletContextEvent event) {
    requireNonNull(sdk, "sdk").close();
  }
}
