// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.example;

import io.github.afterspan.BackgroundWorkers;
import io.github.afterspan.durable.DurableWorkers;
import io.github.afterspan.durable.servlet.DurableContextListener;
import io.github.afterspan.example.http.HandlerSpanFilter;
import io.github.afterspan.example.http.StaticFiles;
import io.github.afterspan.example.traces.OtlpReceiver;
import io.github.afterspan.example.traces.TraceStore;
import io.github.afterspan.example.traces.WaterfallServlet;
import io.github.afterspan.example.traces.ZipkinApi;
import io.github.afterspan.servlet.BackgroundDispatchFilter;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.Servlet;
import java.util.EnumSet;
import org.eclipse.jetty.ee11.servlet.FilterHolder;
import org.eclipse.jetty.ee11.servlet.ServletContextHandler;
import org.eclipse.jetty.ee11.servlet.ServletHolder;
import org.glassfish.jersey.server.ResourceConfig;
import org.glassfish.jersey.servlet.ServletContainer;

/** The web applications of the service: which filters and servlets, and under which paths. */
final class Webapps {

  private static final String ONLY_OWN =
      "default-src 'self'; base-uri 'none'; frame-ancestors 'none'";

  private Webapps() {}

  /** The orders, and the start page that shows their traces. */
  static ServletContextHandler orders(
      ResourceConfig application,
      BackgroundWorkers workers,
      DurableWorkers durableWorkers,
      Telemetry telemetry,
      TraceStore traces) {
    ServletContextHandler webapp = new ServletContextHandler("/");
    addFilter(webapp, "/orders/*", new HandlerSpanFilter(telemetry.openTelemetry()));
    addFilter(webapp, "/*", new BackgroundDispatchFilter(workers));
    webapp.addEventListener(new DurableContextListener(durableWorkers));
    addServlet(webapp, "/*", new ServletContainer(application));
    StaticFiles page = new StaticFiles("page", ONLY_OWN);
    addServlet(webapp, "", page);
    addServlet(webapp, "/page/*", page);
    addServlet(
        webapp,
        "/waterfall",
        new WaterfallServlet(traces, telemetry.inProcess() ? null : telemetry.destination()));
    return webapp;
  }

  /** The receiver of spans, at OTLP's own path. */
  static ServletContextHandler receiver(TraceStore traces) {
    ServletContextHandler webapp = new ServletContextHandler("/v1");
    addServlet(webapp, "/traces", new OtlpReceiver(traces));
    return webapp;
  }

  /** Zipkin's own UI, at the path it is built for. */
  static ServletContextHandler zipkin(TraceStore traces) {
    ServletContextHandler webapp = new ServletContextHandler("/zipkin");
    addServlet(webapp, "/api/v2/*", new ZipkinApi(traces));
    addServlet(webapp, "/*", new StaticFiles("zipkin-lens", null));
    return webapp;
  }

  private static void addFilter(ServletContextHandler webapp, String path, Filter filter) {
    FilterHolder holder = new FilterHolder(filter);
    holder.setAsyncSupported(true);
    webapp.addFilter(holder, path, EnumSet.allOf(DispatcherType.class));
  }

  private static void addServlet(ServletContextHandler webapp, String path, Servlet servlet) {
    ServletHolder holder = new ServletHolder(servlet);
    holder.setAsyncSupported(true);
    holder.setInitOrder(1);
    webapp.addServlet(holder, path);
  }
}
