// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.bench;

import com.github.kagkarlsson.scheduler.Scheduler;
import com.github.kagkarlsson.scheduler.SchedulerClient;
import com.github.kagkarlsson.scheduler.task.helper.OneTimeTask;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import io.github.afterspan.durable.DurableOptions;
import io.github.afterspan.durable.DurableWorkers;
import io.opentelemetry.api.OpenTelemetry;
import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Those who are measured: nobody, db-scheduler by itself, and Afterspan. */
enum JobStores {
  ORDER_ALONE {
    @Override
    JobStore open(OrderDatabase database, DataSource dataSource, JobStore.Handler handler) {
      return new NoJobs();
    }
  },
  DB_SCHEDULER {
    @Override
    JobStore open(OrderDatabase database, DataSource dataSource, JobStore.Handler handler) {
      return new Plain(database, dataSource, handler);
    }
  },
  AFTERSPAN {
    @Override
    JobStore open(OrderDatabase database, DataSource dataSource, JobStore.Handler handler) {
      return new Durable(dataSource, handler);
    }
  };

  private static final int THREADS = 4;
  private static final String NOTE = "x".repeat(200);

  abstract JobStore open(OrderDatabase database, DataSource dataSource, JobStore.Handler handler);

  /** What a job carries: some 230 bytes of JSON. */
  record Payload(long order, String note) implements Serializable {}

  private static double averageBytes(DataSource dataSource, String table) throws SQLException {
    try (Connection connection = dataSource.getConnection();
        Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery("select avg(length(task_data)) as bytes from " + table)) {
      rows.next();
      return rows.getDouble("bytes");
    }
  }

  private static final class NoJobs implements JobStore {
    @Override
    public void store(Connection connection, long order) {
      // what the order costs without one
    }

    @Override
    public void storeNow(long order) {
      throw new UnsupportedOperationException("there are no jobs");
    }

    @Override
    public void start() {
      throw new UnsupportedOperationException("there are no jobs");
    }

    @Override
    public double storedBytes() {
      return 0;
    }

    @Override
    public void close() {
      // nothing was opened
    }
  }

  /** The engine by itself, with a table like ours and the same settings. */
  private static final class Plain implements JobStore {
    private static final String TABLE = "plain_jobs";

    private final OrderDatabase database;
    private final DataSource dataSource;
    private final OneTimeTask<Payload> task;
    private final CallersConnection callers = new CallersConnection();
    private final SchedulerClient byItself;
    private @Nullable SchedulerClient inTransaction; // asks the first connection what it is
    private @Nullable Scheduler scheduler;

    Plain(OrderDatabase database, DataSource dataSource, Handler handler) {
      this.database = database;
      this.dataSource = dataSource;
      task =
          Tasks.oneTime("mail", Payload.class)
              .execute((job, context) -> handler.handle(job.getData().order()));
      createTable();
      byItself = client(dataSource);
    }

    private SchedulerClient client(DataSource of) {
      return SchedulerClient.Builder.create(of, task).tableName(TABLE).build();
    }

    private void createTable() {
      String file = database.name().toLowerCase(Locale.ROOT) + ".sql";
      try (InputStream ddl = DurableWorkers.class.getResourceAsStream(file);
          Connection connection = dataSource.getConnection();
          Statement statement = connection.createStatement()) {
        if (ddl == null) {
          throw new IllegalStateException("no " + file);
        }
        String text = new String(ddl.readAllBytes(), StandardCharsets.UTF_8);
        for (String one :
            text.replaceAll("(?m)^--.*$", "").replace("background_jobs", TABLE).split(";", -1)) {
          if (!one.isBlank()) {
            statement.execute(one);
          }
        }
      } catch (IOException | SQLException e) {
        throw new IllegalStateException(e);
      }
    }

    @Override
    public void store(Connection connection, long order) {
      callers.use(connection);
      if (inTransaction == null) {
        inTransaction = client(callers.dataSource());
      }
      schedule(inTransaction, order);
    }

    @Override
    public void storeNow(long order) {
      schedule(byItself, order);
      if (scheduler != null) {
        scheduler.triggerCheckForDueExecutions();
      }
    }

    /** By one plain INSERT: the other methods ask first whether the job is there. */
    private void schedule(SchedulerClient client, long order) {
      client.scheduleBatch(
          List.of(task.instance(UUID.randomUUID().toString(), new Payload(order, NOTE))),
          Instant.now());
    }

    @Override
    public void start() {
      var builder =
          Scheduler.create(dataSource, task)
              .tableName(TABLE)
              .threads(THREADS)
              .pollingInterval(Duration.ofSeconds(1));
      if (database == OrderDatabase.POSTGRESQL) {
        builder.pollUsingLockAndFetch(0.5, 1.0);
      } else {
        builder.pollUsingFetch(0.5, 3.0);
      }
      scheduler = builder.build();
      scheduler.start();
    }

    @Override
    public double storedBytes() throws SQLException {
      return averageBytes(dataSource, TABLE);
    }

    @Override
    public void close() {
      if (scheduler != null) {
        scheduler.stop();
      }
    }
  }

  private static final class Durable implements JobStore {
    private final DataSource dataSource;
    private final Handler handler;
    private final OpenTelemetry openTelemetry = TelemetryKind.SDK.open();
    private final DurableWorkers storing;
    private @Nullable DurableWorkers running;

    Durable(DataSource dataSource, Handler handler) {
      this.dataSource = dataSource;
      this.handler = handler;
      this.storing = workers(0);
    }

    private DurableWorkers workers(int concurrency) {
      return DurableWorkers.builder(openTelemetry, dataSource)
          .options(
              DurableOptions.builder()
                  .schema(DurableOptions.Schema.CREATE)
                  .concurrency(concurrency)
                  .build())
          .handler("mail", Payload.class, (payload, job) -> handler.handle(payload.order()))
          .start();
    }

    @Override
    public void store(Connection connection, long order) throws SQLException {
      storing.dispatcher().enqueue(connection, "mail", new Payload(order, NOTE));
    }

    @Override
    public void storeNow(long order) {
      (running == null ? storing : running).dispatcher().enqueue("mail", new Payload(order, NOTE));
    }

    @Override
    public void start() {
      running = workers(THREADS);
    }

    @Override
    public double storedBytes() throws SQLException {
      return averageBytes(dataSource, DurableOptions.DEFAULT_TABLE);
    }

    @Override
    public void close() {
      storing.close();
      if (running != null) {
        running.close();
      }
      TelemetryKind.close(openTelemetry);
    }
  }
}
