// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.example.orders;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Scope;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * <b>Do not copy this:</b> background work as it is often done, to compare with.
 *
 * <p>The OpenTelemetry context does not follow a task to another thread, so the span made there has
 * no parent: it starts a trace of its own, which nothing leads to. The queue is unbounded, nothing
 * limits a task's time, and nobody waits for the tasks when the service stops.
 */
public final class PlainExecutor implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(PlainExecutor.class);

  private final ExecutorService executor = Executors.newFixedThreadPool(8);
  private final Tracer tracer;

  /**
   * Makes one.
   *
   * @param openTelemetry makes the spans
   */
  public PlainExecutor(OpenTelemetry openTelemetry) {
    this.tracer = openTelemetry.getTracer("io.github.afterspan.example");
  }

  void execute(String name, Callable<?> work) {
    executor.execute(() -> run(name, work));
  }

  private void run(String name, Callable<?> work) {
    Span span = tracer.spanBuilder(name).startSpan();
    try (Scope scope = span.makeCurrent()) {
      work.call();
    } catch (Exception e) {
      span.recordException(e);
      span.setStatus(StatusCode.ERROR, String.valueOf(e.getMessage()));
      LOG.warn("{} failed", name, e);
    } finally {
      span.end();
    }
  }

  @Override
  public void close() {
    executor.shutdownNow();
    try {
      if (!executor.awaitTermination(1, TimeUnit.SECONDS)) {
        LOG.warn("work of the plain executor is lost");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
