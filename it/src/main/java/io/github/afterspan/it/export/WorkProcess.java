// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it.export;

import io.github.afterspan.BackgroundWorkers;
import io.github.afterspan.TaskOptions;
import io.github.afterspan.WorkerOptions;
import io.github.afterspan.it.Application;
import io.github.afterspan.it.Container;
import io.github.afterspan.servlet.BackgroundDispatchFilter;
import io.opentelemetry.api.GlobalOpenTelemetry;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A program as people write it: a container, our filter, the global SDK with its own shutdown hook,
 * and another hook that stops the container. Each request dispatches a task; the response tells its
 * trace.
 */
public final class WorkProcess {

  /** Where requests go. */
  static final String PATH = "/work";

  /** Begins the line that tells the port. */
  static final String LISTENING = "listening ";

  /** The header of a response that tells the trace id of the accepted task. */
  static final String TRACE = "Trace-Id";

  private static final TaskOptions WORK = TaskOptions.named("work");
  private static final int LONGEST_MILLIS = 60;

  private WorkProcess() {}

  /**
   * Runs until it is told to go.
   *
   * @param arguments the class of the {@link Container}, and {@code agent} or {@code
   *     autoconfigured}
   * @throws Exception if it could not start
   */
  public static void main(String[] arguments) throws Exception {
    Container container =
        Class.forName(arguments[0])
            .asSubclass(Container.class)
            .getDeclaredConstructor()
            .newInstance();
    OpenTelemetry telemetry =
        arguments[1].equals("agent")
            ? GlobalOpenTelemetry.get()
            : AutoConfiguredOpenTelemetrySdk.initialize().getOpenTelemetrySdk();
    BackgroundWorkers workers =
        BackgroundWorkers.create(
            telemetry, WorkerOptions.builder().name("work").concurrency(4).build());
    Tracer tracer = telemetry.getTracer("application");
    int port =
        container.start(
            new Application()
                .filter(new BackgroundDispatchFilter(workers))
                .servlet(PATH, (request, response) -> handle(tracer, request, response)));
    Runtime.getRuntime().addShutdownHook(new Thread(() -> close(container), "container shutdown"));
    System.out.println(LISTENING + port);
    Thread.currentThread().join();
  }

  private static void handle(
      Tracer tracer, HttpServletRequest request, HttpServletResponse response) {
    Span span = tracer.spanBuilder("handle").setNoParent().startSpan();
    try (Scope scope = span.makeCurrent()) {
      BackgroundDispatchFilter.dispatcher(request).dispatch(WORK, WorkProcess::work);
      response.setHeader(TRACE, span.getSpanContext().getTraceId());
      response.setStatus(202);
    } finally {
      span.end();
    }
  }

  private static void work() throws InterruptedException {
    Thread.sleep(ThreadLocalRandom.current().nextInt(LONGEST_MILLIS));
  }

  private static void close(Container container) {
    try {
      container.close();
    } catch (Exception e) {
      throw new IllegalStateException("the container did not stop", e);
    }
  }
}
