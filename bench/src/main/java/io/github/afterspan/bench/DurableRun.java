// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.bench;

import com.zaxxer.hikari.HikariDataSource;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.context.Scope;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;
import java.util.logging.LogManager;

/**
 * What a durable job costs its order, how soon it starts after the commit, and how many run in a
 * second; beside the engine by itself, and beside the order alone.
 */
final class DurableRun {

  /** The name in the samples. */
  static final String BENCHMARK = "durable";

  private static final int ROUNDS = 3;
  private static final int ORDERS = 400;
  private static final int STARTS = 100;
  private static final int WARM_UP = 50;
  private static final long PATIENCE_SECONDS = 60;
  private static final double NANOS_PER_MILLI = 1e6;
  private static final double NANOS_PER_SECOND = 1e9;

  private final int orders;
  private final int starts;
  private final Path directory;

  private DurableRun(int orders, int starts, Path directory) {
    this.orders = orders;
    this.starts = starts;
    this.directory = directory;
  }

  /** Prints samples; takes --short for few of them. */
  public static void main(String[] arguments) throws Exception {
    LogManager.getLogManager().reset();
    boolean isShort = arguments.length > 0;
    Path directory = Files.createTempDirectory("afterspan-bench");
    try {
      DurableRun run =
          isShort ? new DurableRun(20, 5, directory) : new DurableRun(ORDERS, STARTS, directory);
      for (int round = 0; round < (isShort ? 1 : ROUNDS); round++) {
        for (OrderDatabase database : OrderDatabase.values()) {
          for (JobStores store : JobStores.values()) {
            run.measure(round, database, store);
          }
        }
      }
    } finally {
      delete(directory);
    }
    System.exit(0); // the database server's own threads are no daemons
  }

  private void measure(int round, OrderDatabase database, JobStores kind) throws Exception {
    String variant = variant(database, kind);
    CountDownLatch ran = new CountDownLatch(WARM_UP + orders);
    SynchronousQueue<Long> started = new SynchronousQueue<>();
    JobStore.Handler handler =
        order -> {
          if (order >= 0) {
            ran.countDown();
          } else {
            hand(System.nanoTime(), started);
          }
        };
    SpanContext request =
        SpanContext.create(
            "0af7651916cd43dd8448eb211c80319c",
            "b7ad6b7169203331",
            TraceFlags.getSampled(),
            TraceState.getDefault());
    try (HikariDataSource dataSource = database.open(directory);
        JobStore store = kind.open(database, dataSource, handler);
        Scope ignored = Span.wrap(request).makeCurrent()) {
      place(dataSource, store, 0, WARM_UP);
      print(round, variant, "orders/s", place(dataSource, store, WARM_UP, orders));
      if (kind == JobStores.ORDER_ALONE) {
        return;
      }
      print(round, variant, "B", store.storedBytes());
      long began = System.nanoTime();
      store.start();
      if (!ran.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        throw new IllegalStateException(variant + ": " + ran.getCount() + " jobs did not run");
      }
      print(round, variant, "jobs/s", perSecond(WARM_UP + orders, System.nanoTime() - began));
      latency(round, variant, store, started);
    }
  }

  private static void hand(long time, SynchronousQueue<Long> to) {
    try {
      to.put(time);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Places orders, each with its job in one transaction; how many in a second. */
  private static double place(HikariDataSource dataSource, JobStore store, int first, int count)
      throws SQLException {
    long began = System.nanoTime();
    for (int id = first; id < first + count; id++) {
      try (Connection connection = dataSource.getConnection();
          PreparedStatement insert =
              connection.prepareStatement("insert into orders values (?, 'a note')")) {
        connection.setAutoCommit(false);
        insert.setLong(1, id);
        insert.executeUpdate();
        store.store(connection, id);
        connection.commit();
      }
    }
    return perSecond(count, System.nanoTime() - began);
  }

  /** From the commit of a job's own transaction to the call of its handler, one after the other. */
  private void latency(int round, String variant, JobStore store, SynchronousQueue<Long> started)
      throws InterruptedException {
    long[] nanos = new long[starts];
    for (int i = -starts / 2; i < starts; i++) { // the first ones compile
      store.storeNow(-1);
      long committed = System.nanoTime();
      Long start = started.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
      if (start == null) {
        throw new IllegalStateException(variant + ": a job did not start");
      }
      if (i >= 0) {
        nanos[i] = Math.max(0, start - committed);
      }
    }
    Arrays.sort(nanos);
    print(round, variant, "start p50 ms", nanos[starts / 2] / NANOS_PER_MILLI);
    print(round, variant, "start p99 ms", nanos[starts * 99 / 100] / NANOS_PER_MILLI);
  }

  private static double perSecond(int count, long nanos) {
    return count * NANOS_PER_SECOND / nanos;
  }

  /** How a database and a store are called in the samples. */
  static String variant(OrderDatabase database, JobStores store) {
    return database + "/" + store;
  }

  private static void print(int round, String variant, String metric, double value) {
    System.out.println(new Sample(round, BENCHMARK, variant, metric, value).toLine());
    System.out.flush();
  }

  private static void delete(Path directory) throws IOException {
    try (var files = Files.list(directory)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(directory);
  }
}
