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
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A program as people write it: a container, our filter, the global SDK with its own shutdown hook,
 * and the container's own line that stops it. Each request dispatches a task; the response tells
 * its trace.
 */
public final class WorkProcess {

  /** Where requests go. */
  static final String PATH = "/work";

  /** Begins the line that tells the port. */
  static final String LISTENING = "listening ";

  /** The header of a response that tells the trace id of the accepted task. */
  static final String TRACE = "Trace-Id";

  /** The system property that makes the drain shorter than the work in the queue. */
  static final String DRAIN_MILLIS = "work.drain.millis";

  /** How many tasks run at once. */
  static final int CONCURRENCY = 4;

  /** The system property that tells how long a task takes at most. */
  static final String LONGEST_MILLIS = "work.longest.millis";

  private static final TaskOptions WORK = TaskOptions.named("work");

  /** Holds what takes three quarters of a second, unless told otherwise. */
  private static final int QUEUE_CAPACITY = 100;

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
    Tracer tracer = telemetry.getTracer("application");
    container.stopAtShutdown();
    int port =
        container.start(
            new Application()
                .filter(new BackgroundDispatchFilter(workers(telemetry)))
                .servlet(PATH, (request, response) -> handle(tracer, request, response))
                .servlet(HeldRequests.PATH, new HeldRequests().servlet()));
    System.out.println(LISTENING + port);
    Thread.currentThread().join();
  }

  private static BackgroundWorkers workers(OpenTelemetry telemetry) {
    return BackgroundWorkers.create(
        telemetry,
        WorkerOptions.builder()
            .name("work")
            .concurrency(CONCURRENCY)
            .queueCapacity(QUEUE_CAPACITY)
            .drainTimeout(Duration.ofMillis(Long.getLong(DRAIN_MILLIS, 10_000)))
            .build());
  }

  private static void handle(
      Tracer tracer, HttpServletRequest request, HttpServletResponse response) {
    Span span = tracer.spanBuilder("handle").startSpan();
    try (Scope scope = span.makeCurrent()) {
      BackgroundDispatchFilter.dispatcher(request).dispatch(WORK, WorkProcess::work);
      response.setHeader(TRACE, span.getSpanContext().getTraceId());
      response.setStatus(202);
    } finally {
      span.end();
    }
  }

  private static void work() throws InterruptedException {
    Thread.sleep(ThreadLocalRandom.current().nextInt(Integer.getInteger(LONGEST_MILLIS, 60)));
  }
}
