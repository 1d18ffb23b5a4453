// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.bench;

import io.github.afterspan.BackgroundWorkers;
import io.github.afterspan.WorkerOptions;
import io.github.afterspan.servlet.BackgroundDispatchFilter;
import io.opentelemetry.api.OpenTelemetry;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import org.eclipse.jetty.ee11.servlet.FilterHolder;
import org.eclipse.jetty.ee11.servlet.ServletContextHandler;
import org.eclipse.jetty.ee11.servlet.ServletHolder;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.jspecify.annotations.Nullable;

/**
 * The server of the load run, in a process of its own: Jetty with one servlet that answers two
 * bytes. Prints its port, and ends when its standard input does.
 */
final class HttpServer {

  static final String WORK = "/";
  static final String USAGE = "/usage";

  private static final int BACKGROUND_THREADS = 2;
  private static final String LOOPBACK = "127.0.0.1";

  private HttpServer() {}

  /** Takes the name of an {@link HttpVariant}. */
  public static void main(String[] arguments) throws Exception {
    HttpVariant variant = HttpVariant.valueOf(arguments[0]);
    OpenTelemetry openTelemetry = TelemetryKind.SDK.open();
    Server server = new Server();
    ServerConnector connector = new ServerConnector(server, 1, 1);
    connector.setHost(LOOPBACK);
    server.addConnector(connector);
    ServletContextHandler context = new ServletContextHandler();
    context.addServlet(new ServletHolder(servlet(variant, openTelemetry)), WORK);
    context.addServlet(new ServletHolder(new UsageServlet()), USAGE);
    if (variant.hasFilter()) {
      WorkerOptions options =
          WorkerOptions.builder()
              .concurrency(BACKGROUND_THREADS)
              .queueCapacity(Peer.QUEUE_CAPACITY)
              .build();
      BackgroundWorkers workers = BackgroundWorkers.create(openTelemetry, options);
      FilterHolder filter = new FilterHolder(new BackgroundDispatchFilter(workers));
      filter.setAsyncSupported(true);
      context.addFilter(filter, "/*", EnumSet.of(DispatcherType.REQUEST));
    }
    server.setHandler(context);
    server.start();
    System.out.println(connector.getLocalPort());
    while (System.in.read() >= 0) {
      // until whoever started this ends
    }
    server.stop();
    System.exit(0);
  }

  private static HttpServlet servlet(HttpVariant variant, OpenTelemetry openTelemetry) {
    if (!variant.hasTask()) {
      return new AnswerServlet();
    }
    return variant == HttpVariant.AFTERSPAN
        ? new TaskServlet(openTelemetry, null)
        : new TaskServlet(
            openTelemetry,
            HandWritten.spanAtDispatch(openTelemetry, Peer.QUEUE_CAPACITY, BACKGROUND_THREADS));
  }

  /** Answers. */
  private static class AnswerServlet extends HttpServlet {
    private static final long serialVersionUID = 1L;
    private static final byte[] ANSWER = "ok".getBytes(StandardCharsets.US_ASCII);

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response)
        throws IOException {
      response.setContentLength(ANSWER.length);
      response.getOutputStream().write(ANSWER);
    }
  }

  /** Answers in a span, and leaves a task behind. */
  private static final class TaskServlet extends AnswerServlet {
    private static final long serialVersionUID = 1L;
    private static final Peer.Body NOTHING = () -> {};

    private final transient OpenTelemetry openTelemetry;
    private final transient @Nullable Peer peer;

    TaskServlet(OpenTelemetry openTelemetry, @Nullable Peer peer) {
      this.openTelemetry = openTelemetry;
      this.peer = peer;
    }

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response)
        throws IOException {
      try (Request ignored = Request.begin(openTelemetry, 0)) {
        if (peer == null) {
          BackgroundDispatchFilter.dispatcher(request).dispatch("task", NOTHING);
        } else {
          peer.dispatch(NOTHING);
        }
        super.doGet(request, response);
      }
    }
  }

  /** Answers with what the process has used: nanoseconds of processors, and bytes. */
  private static final class UsageServlet extends HttpServlet {
    private static final long serialVersionUID = 1L;

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response)
        throws IOException {
      var system =
          (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
      String usage = system.getProcessCpuTime() + " " + Allocation.ofAllThreads();
      byte[] answer = usage.getBytes(StandardCharsets.US_ASCII);
      response.setContentLength(answer.length);
      response.getOutputStream().write(answer);
    }
  }
}
