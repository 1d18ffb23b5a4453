// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it.jaxrs.app;

import io.opentelemetry.api.GlobalOpenTelemetry;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Gives the application an SDK of its own, which exports to where the context-param says. */
public final class TelemetryListener implements ServletContextListener {

  private @Nullable OpenTelemetrySdk sdk;

  @Override
  public void contextInitialized(ServletContextEvent event) {
    OtlpHttpSpanExporter exporter =
        OtlpHttpSpanExporter.builder()
            .setEndpoint(event.getServletContext().getInitParameter("otlp-endpoint"))
            .build();
    sdk =
        OpenTelemetrySdk.builder()
            .setTracerProvider(
                SdkTracerProvider.builder()
                    .addSpanProcessor(
                        BatchSpanProcessor.builder(exporter)
                            .setScheduleDelay(Duration.ofMillis(20))
                            .build())
                    .build())
            .setPropagators(ContextPropagators.create(W3CTraceContextPropagator.getInstance()))
            .build();
    GlobalOpenTelemetry.set(sdk);
  }

  @Override
  public void contextDestroyed(ServletContextEvent event) {
    OpenTelemetrySdk closed = sdk;
    if (closed != null) {
      closed.shutdown().join(10, TimeUnit.SECONDS);
    }
  }
}
