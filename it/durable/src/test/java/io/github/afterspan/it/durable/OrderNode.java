// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it.durable;

import io.github.afterspan.durable.DurableJob;
import io.github.afterspan.durable.DurableOptions;
import io.github.afterspan.durable.DurableWorkers;
import io.github.afterspan.it.durable.OrderDatabase.Entry;
import io.github.afterspan.it.durable.OrderDatabase.Placed;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.baggage.Baggage;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import java.time.Duration;
import java.util.Set;

/**
 * A node of the application: works on the jobs of the orders, and takes orders if it is told a file
 * for their ids. It is made to be killed.
 */
final class OrderNode implements AutoCloseable {

  /** The handler of every order. */
  static final String RECORD = "record";

  /** The handler that no JVM survives. */
  static final String POISON = "poison";

  /** What begins the line that tells that the node is up. */
  static final String READY = "ready ";

  static final String TENANT = "tenant";
  static final Duration HEARTBEAT = Duration.ofMillis(500);
  static final int POISON_STATUS = 7;

  private static final int CONCURRENCY = 4;

  final OrderDatabase database;
  final DurableWorkers workers;
  private final String name;
  private final long workMillis;

  OrderNode(
      OpenTelemetry telemetry,
      OrderDatabase database,
      String name,
      long workMillis,
      DurableOptions.Builder options) {
    this.database = database;
    this.name = name;
    this.workMillis = workMillis;
    workers =
        DurableWorkers.builder(telemetry, database.dataSource)
            .options(options.nodeName(name).build())
            .handler(RECORD, Placed.class, this::record)
            .handler(POISON, String.class, (text, job) -> haltOnceAlone())
            .start();
  }

  /** A node is taken for dead two or three seconds after it died. */
  static DurableOptions.Builder options() {
    return DurableOptions.builder()
        .schema(DurableOptions.Schema.CREATE)
        .concurrency(CONCURRENCY)
        .pollInterval(Duration.ofMillis(200))
        .heartbeatInterval(HEARTBEAT)
        .backoff(Duration.ofMillis(50))
        .baggageKeys(Set.of(TENANT));
  }

  /** The program's own SDK: real ids, and no exporter. */
  static OpenTelemetrySdk telemetry() {
    return OpenTelemetrySdk.builder()
        .setTracerProvider(SdkTracerProvider.builder().build())
        .build();
  }

  private void record(Placed placed, DurableJob job) throws Exception {
    Thread.sleep(workMillis);
    database.addEntry(
        new Entry(
            job.id(),
            placed.order(),
            Span.current().getSpanContext().getTraceId(),
            String.valueOf(Baggage.current().getEntryValue(TENANT)),
            job.attempt(),
            name));
  }

  /** Takes no other job with it, which would count as an attempt of that, too. */
  private void haltOnceAlone() throws Exception {
    while (database.jobs() > 1) {
      Thread.sleep(20);
    }
    Runtime.getRuntime().halt(POISON_STATUS);
  }

  /** Waits until there is no job left but dead letters. */
  void awaitNoJobs() throws InterruptedException {
    DurableWorkers.Status status = workers.status();
    while (status.ready() + status.running() + status.waiting() > 0) {
      Thread.sleep(50);
      status = workers.status();
    }
  }

  @Override
  public void close() {
    workers.close();
    database.close();
  }

  /**
   * Runs until it is killed; or, if it takes no orders, until all jobs are done.
   *
   * @param arguments see {@link NodeCommand}
   * @throws Exception if it could not start
   */
  public static void main(String[] arguments) throws Exception {
    NodeCommand command = NodeCommand.ofThisJvm();
    OpenTelemetry telemetry = telemetry();
    OrderDatabase database = new OrderDatabase(command.url());
    database.createTables();
    if (!command.jobs()) {
      System.out.println(READY + 1);
      new OrderDesk(telemetry, database, null, command.files()).takeOrders(command.orders());
    }
    try (OrderNode node =
        new OrderNode(
            telemetry,
            database,
            command.name(),
            command.workMillis(),
            options().attempts(command.attempts()))) {
      System.out.println(READY + 1);
      if (command.orders() > 0) {
        new OrderDesk(telemetry, database, node.workers, command.files())
            .takeOrders(command.orders());
      }
      node.awaitNoJobs();
    }
  }
}
