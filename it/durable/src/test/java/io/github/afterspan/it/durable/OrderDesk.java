// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it.durable;

import io.github.afterspan.durable.DurableWorkers;
import io.github.afterspan.it.durable.OrderDatabase.Placed;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.baggage.Baggage;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Scope;
import java.sql.Connection;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Takes orders, each with its job in one transaction. Every tenth rolls back after its job was
 * enqueued.
 */
final class OrderDesk {

  private static final int THREADS = 2;
  private static final int PAUSE_MILLIS = 5;
  private static final double ROLLED_BACK_SHARE = 0.1;

  private final Tracer tracer;
  private final OrderDatabase database;
  private final @Nullable DurableWorkers workers;
  private final OrderFiles files;

  OrderDesk(
      OpenTelemetry telemetry,
      OrderDatabase database,
      @Nullable DurableWorkers workers,
      OrderFiles files) {
    this.tracer = telemetry.getTracer("application");
    this.database = database;
    this.workers = workers;
    this.files = files;
  }

  /** Takes so many orders, then waits to be killed. */
  void takeOrders(int most) throws InterruptedException {
    AtomicInteger left = new AtomicInteger(most);
    for (int i = 0; i < THREADS; i++) {
      new Thread(() -> takeAll(left), "desk " + i).start();
    }
    Thread.currentThread().join();
  }

  private void takeAll(AtomicInteger left) {
    try {
      while (left.getAndDecrement() > 0) {
        take();
        Thread.sleep(PAUSE_MILLIS);
      }
    } catch (Exception e) {
      e.printStackTrace(System.out);
      Runtime.getRuntime().halt(1); // the test waits for more orders, and says so
    }
  }

  private void take() throws Exception {
    Span request = tracer.spanBuilder("POST /orders").setSpanKind(SpanKind.SERVER).startSpan();
    Placed placed =
        new Placed(
            UUID.randomUUID().toString(),
            request.getSpanContext().getTraceId(),
            UUID.randomUUID().toString());
    Baggage baggage =
        Baggage.builder()
            .put(OrderNode.TENANT, placed.tenant())
            .put("secret", "not on the list")
            .build();
    try (Scope span = request.makeCurrent();
        Scope withBaggage = baggage.makeCurrent()) {
      store(placed);
    } finally {
      request.end();
    }
  }

  private void store(Placed placed) throws Exception {
    try (Connection connection = database.dataSource.getConnection()) {
      connection.setAutoCommit(false);
      OrderDatabase.addOrder(connection, placed);
      if (workers != null) {
        workers.dispatcher().enqueue(connection, OrderNode.RECORD, placed);
      }
      if (ThreadLocalRandom.current().nextDouble() < ROLLED_BACK_SHARE) {
        OrderFiles.append(files.rolledBack(), placed.order());
        connection.rollback();
        return;
      }
      connection.commit();
    }
    OrderFiles.append(files.acknowledged(), placed.order());
    if (workers != null) {
      workers.wakeUp();
    }
  }
}
