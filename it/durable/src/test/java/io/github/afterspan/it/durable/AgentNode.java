// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it.durable;

import io.github.afterspan.durable.DurableJob;
import io.github.afterspan.durable.DurableWorkers;
import io.github.afterspan.it.durable.OrderDatabase.Entry;
import io.github.afterspan.it.durable.OrderDatabase.Placed;
import io.opentelemetry.api.GlobalOpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Scope;
import jakarta.jms.Message;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;

/**
 * A program under the Java agent: after a while in which it has nothing to do, one order, whose two
 * jobs write to the database and publish to a broker. Whatever it does before that is in the trace
 * of "set-up".
 */
final class AgentNode implements AutoCloseable {

  static final String SET_UP = "set-up";
  static final String REQUEST = "request";

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** How often the engine asks the database before there is anything to do. */
  private static final int IDLE_ASKS = 20;

  private final Tracer tracer = GlobalOpenTelemetry.getTracer("application");
  private final CountDownLatch recorded = new CountDownLatch(1);
  private final Semaphore engineAsked = new Semaphore(0);
  private final Broker broker = new Broker();
  private final OrderDatabase database;
  private final DurableWorkers workers;

  private AgentNode(Path directory) throws Exception {
    database = new OrderDatabase(SqliteKillIT.url(directory.resolve("jobs.db")));
    database.createTables();
    workers =
        DurableWorkers.builder(
                GlobalOpenTelemetry.get(), tellingOfConnections(database.dataSource, engineAsked))
            .options(OrderNode.options().pollInterval(Duration.ofMillis(100)).build())
            .handler(OrderNode.RECORD, Placed.class, this::record)
            .handler("relay", Placed.class, new OrderRelay(broker.connections()))
            .start();
  }

  /** The engine alone has it; handlers and orders go to the pool itself. */
  private static DataSource tellingOfConnections(DataSource real, Semaphore asked) {
    return (DataSource)
        Proxy.newProxyInstance(
            AgentNode.class.getClassLoader(),
            new Class<?>[] {DataSource.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("getConnection")) {
                asked.release();
              }
              try {
                return method.invoke(real, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  private boolean awaitIdlePolls() throws InterruptedException {
    engineAsked.drainPermits(); // those of its start
    return engineAsked.tryAcquire(IDLE_ASKS, PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void record(Placed placed, DurableJob job) throws SQLException {
    String trace = Span.current().getSpanContext().getTraceId();
    database.addEntry(new Entry(job.id(), placed.order(), trace, "", job.attempt(), ""));
    recorded.countDown();
  }

  private void takeOrder() throws SQLException {
    Span request = tracer.spanBuilder(REQUEST).startSpan();
    try (Scope inRequest = request.makeCurrent();
        Connection connection = database.dataSource.getConnection()) {
      connection.setAutoCommit(false);
      Placed placed = new Placed("order-1", request.getSpanContext().getTraceId(), "");
      OrderDatabase.addOrder(connection, placed);
      workers.dispatcher().enqueue(connection, OrderNode.RECORD, placed);
      workers.dispatcher().enqueue(connection, "relay", placed);
      connection.commit();
    } finally {
      request.end();
    }
    workers.wakeUp();
  }

  private boolean awaitJobs() throws InterruptedException {
    Message message = broker.receive(PATIENCE);
    return message != null && recorded.await(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
  }

  @Override
  public void close() throws Exception {
    workers.close();
    database.close();
    broker.close();
  }

  private static AgentNode setUp(Path directory) throws Exception {
    Span setUp = GlobalOpenTelemetry.getTracer("application").spanBuilder(SET_UP).startSpan();
    try (Scope inSetUp = setUp.makeCurrent()) {
      return new AgentNode(directory);
    } finally {
      setUp.end();
    }
  }

  /**
   * Runs to its end.
   *
   * @param arguments the directory of its database
   * @throws Exception if it fails
   */
  public static void main(String[] arguments) throws Exception {
    boolean done;
    try (AgentNode node = setUp(Path.of(arguments[0]))) {
      boolean polled = node.awaitIdlePolls();
      node.takeOrder();
      done = node.awaitJobs() && polled;
    }
    System.exit(done ? 0 : 1); // the broker's threads are no daemons, all of them
  }
}
