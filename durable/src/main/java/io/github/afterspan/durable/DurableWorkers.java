// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.durable;

import static java.util.Objects.requireNonNull;

import com.github.kagkarlsson.scheduler.task.Task;
import io.github.afterspan.BackgroundDispatcher;
import io.github.afterspan.BackgroundWorkers;
import io.github.afterspan.WorkerOptions;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * The handlers, the threads and the table behind {@link DurableDispatcher}: what the owner starts,
 * watches and closes. One for each application and node; nodes share the work through the table.
 *
 * <pre>{@code
 * DurableWorkers workers =
 *     DurableWorkers.builder(openTelemetry, dataSource)
 *         .handler("send-confirmation", Mail.class, (mail, job) -> mailer.send(job.id(), mail))
 *         .start();
 * }</pre>
 *
 * <p>At the limits:
 *
 * <ul>
 *   <li><b>full</b>: the table is the queue, and has no bound but the disk's. Watch {@link
 *       Status#oldestAge()};
 *   <li><b>slow</b>: at its timeout an attempt has failed, its span ends and its thread is
 *       interrupted; the next attempt is made once the thread is back;
 *   <li><b>failing</b>: an attempt that threw is made again later; after the last the job is a
 *       {@linkplain #deadLetters(int) dead letter}, which stays until somebody {@linkplain
 *       #requeue(DeadLetter) requeues} it. A payload or an envelope that can't be read, and a
 *       deadline that has passed, make a dead letter at once. An attempt that its JVM did not
 *       survive counts as one;
 *   <li><b>a handler that this node does not know</b>: its jobs are left to other nodes, for years;
 *   <li><b>database away</b>: {@code enqueue} fails with the database's exception; the workers go
 *       on once it is back. Attempts whose success could not be noted run again;
 *   <li><b>closing</b>: see {@link #close()}. Killed: other nodes take over what ran here within
 *       about six heartbeat intervals; the rest was never tied to a node.
 * </ul>
 *
 * <p>Safe for use by several threads. Closed by whoever started it.
 */
public final class DurableWorkers implements AutoCloseable {

  /** The largest payload: {@value} bytes of JSON in UTF-8. */
  public static final int MAX_PAYLOAD_BYTES = 64 * 1024;

  private final DurableOptions options;
  private final JobStore store;
  private final JobTable table;
  private final JobWriter writer;
  private final BackgroundWorkers attempts;
  final @Nullable Engine engine;
  private final WorkersDrain drain;

  private DurableWorkers(Builder builder, Database database) {
    options = builder.options;
    store = new JobStore(builder.dataSource);
    table = new JobTable(database, options.table());
    JobTelemetry telemetry = new JobTelemetry(builder.openTelemetry, options.baggageKeys());
    Map<String, Registration<?>> handlers = new LinkedHashMap<>(builder.handlers);
    writer = new JobWriter(builder.dataSource, table, handlers, builder.codec, telemetry);
    int concurrency = Math.max(1, options.concurrency());
    attempts =
        BackgroundWorkers.onCallingThread(
            builder.openTelemetry,
            WorkerOptions.builder()
                .name(options.name())
                .concurrency(concurrency)
                .queueCapacity(concurrency)
                .timeout(options.timeout())
                .captureCheck(WorkerOptions.OnCapture.OFF)
                .build());
    drain = new WorkersDrain(options.name(), attempts);
    engine =
        options.concurrency() == 0
            ? null
            : new Engine(
                builder.dataSource,
                database,
                options,
                tasks(handlers, builder.codec, telemetry),
                telemetry);
  }

  private List<Task<?>> tasks(
      Map<String, Registration<?>> handlers, PayloadCodec codec, JobTelemetry telemetry) {
    BackgroundDispatcher dispatcher;
    try (Scope ignored = Context.root().makeCurrent()) { // a job without a trace gets none of ours
      dispatcher = attempts.dispatcher();
    }
    JobTask.JobRunner runner =
        new JobTask.JobRunner(
            dispatcher, drain::hasBegun, codec, options, new Fate(options, telemetry));
    List<Task<?>> tasks = new ArrayList<>();
    for (Registration<?> registration : handlers.values()) {
      if (registration.handler() != null) {
        tasks.add(new JobTask<>(registration, runner));
      }
    }
    return tasks;
  }

  /**
   * Returns a builder.
   *
   * @param openTelemetry where spans and metrics go
   * @param dataSource of the application's own database, so that a job can be stored within its
   *     transactions: PostgreSQL, SQLite or H2. Any pool will do; nothing is ever closed but its
   *     connections. The engine uses up to two connections beside one for each job that ends
   * @return a new builder
   * @throws NullPointerException if an argument is null
   */
  public static Builder builder(OpenTelemetry openTelemetry, DataSource dataSource) {
    return new Builder(
        requireNonNull(openTelemetry, "openTelemetry"), requireNonNull(dataSource, "dataSource"));
  }

  /**
   * Returns a builder for a container's data source.
   *
   * @param openTelemetry where spans and metrics go
   * @param jndiName of a {@code DataSource}, {@code java:comp/env/jdbc/orders} for one
   * @return a new builder
   * @throws NullPointerException if an argument is null
   * @throws IllegalArgumentException if there is no data source of that name
   */
  public static Builder builder(OpenTelemetry openTelemetry, String jndiName) {
    return builder(openTelemetry, JobStore.lookUp(requireNonNull(jndiName, "jndiName")));
  }

  /**
   * Returns a dispatcher that belongs to no exchange, for start-up code and schedulers.
   *
   * @return the dispatcher
   */
  public DurableDispatcher dispatcher() {
    return new JobDispatcher(writer, this::wakeUp, null);
  }

  /**
   * Returns a dispatcher for one exchange; for those who connect Afterspan to a server. What is
   * current now counts where nothing is current.
   *
   * @param over completes when the exchange is over, when its transactions are, too: then this node
   *     looks for jobs
   * @return the dispatcher
   * @throws NullPointerException if the argument is null
   */
  public DurableDispatcher dispatcher(CompletionStage<?> over) {
    return new JobDispatcher(writer, this::wakeUp, requireNonNull(over, "over"));
  }

  /**
   * Has this node look for jobs now, instead of at its next poll. To be called after the commit of
   * a transaction that enqueued outside an exchange. Cheap, and never fails.
   */
  public void wakeUp() {
    if (engine != null) {
      engine.wakeUp();
    }
  }

  /**
   * Counts what is in the table, on all nodes together. Reads the whole table: for a check every
   * few seconds, not for each request.
   *
   * @return the numbers of this moment
   * @throws JobStoreException if the database does not answer
   */
  public Status status() {
    return store.inTransaction(
        "count the jobs", connection -> table.status(connection, Instant.now()));
  }

  /**
   * Returns jobs that were given up, of all handlers and nodes.
   *
   * @param limit the most to return
   * @return the letters, by handler
   * @throws IllegalArgumentException if the limit is not positive
   * @throws JobStoreException if the database does not answer
   */
  public List<DeadLetter> deadLetters(int limit) {
    if (limit < 1) {
      throw new IllegalArgumentException("limit must be positive, was " + limit);
    }
    return store.inTransaction(
        "read the dead letters", connection -> table.deadLetters(connection, limit));
  }

  /**
   * Makes a dead letter a job again: due at once, with all its attempts before it, without its
   * deadline, in the trace it had.
   *
   * @param letter one that {@link #deadLetters(int)} returned
   * @return false if it is no dead letter any more
   * @throws NullPointerException if the letter is null
   * @throws JobStoreException if the database does not take it: it is away, or a job with the same
   *     key waits or runs
   */
  public boolean requeue(DeadLetter letter) {
    requireNonNull(letter, "letter");
    boolean requeued =
        store.inTransaction(
            "requeue dead letter " + letter.letterId(),
            connection -> table.requeue(connection, letter, Instant.now()));
    wakeUp();
    return requeued;
  }

  /**
   * Starts the drain, once: no more jobs are claimed here; running attempts have the given time to
   * finish, and are interrupted then. What does not finish, or was claimed and did not start, goes
   * back for other nodes, and does not count as an attempt. Then telemetry is flushed, for at most
   * five seconds, and the threads end.
   *
   * @param timeout how long running attempts may take to finish; zero stops them at once. A later
   *     call changes nothing
   * @return completes when all this is over; the same for every caller
   * @throws NullPointerException if the timeout is null
   * @throws IllegalArgumentException if the timeout is negative
   */
  public CompletableFuture<@Nullable Void> drain(Duration timeout) {
    if (requireNonNull(timeout, "timeout").isNegative()) {
      throw new IllegalArgumentException("timeout must not be negative, was " + timeout);
    }
    return drain.begin(engine, timeout);
  }

  /**
   * Drains with the {@linkplain DurableOptions#drainTimeout() drain timeout} and waits until that
   * is over. Closing again waits for the same drain. The data source stays open.
   */
  @Override
  public void close() {
    CompletableFuture<@Nullable Void> unused = drain(options.drainTimeout());
    drain.await();
  }

  @Override
  public String toString() {
    return "DurableWorkers{name=" + options.name() + ", nodeName=" + options.nodeName() + "}";
  }

  /**
   * What is in the table at one moment.
   *
   * @param ready jobs that are due and that no node has claimed, those included that no node knows
   * @param running jobs that a node has claimed
   * @param waiting jobs that are due later: enqueued so, or between two attempts
   * @param dead dead letters
   * @param oldestAge for how long the oldest of the ready ones has been due; zero if there is none
   */
  public record Status(long ready, long running, long waiting, long dead, Duration oldestAge) {}

  /** Collects handlers and settings. Not thread-safe. */
  public static final class Builder {
    private final OpenTelemetry openTelemetry;
    private final DataSource dataSource;
    private final Map<String, Registration<?>> handlers = new LinkedHashMap<>();
    private DurableOptions options = DurableOptions.defaults();
    private PayloadCodec codec = new JacksonCodec();

    private Builder(OpenTelemetry openTelemetry, DataSource dataSource) {
      this.openTelemetry = openTelemetry;
      this.dataSource = dataSource;
    }

    /**
     * Sets the options.
     *
     * @param options the settings
     * @return this
     * @throws NullPointerException if the options are null
     */
    public Builder options(DurableOptions options) {
      this.options = requireNonNull(options, "options");
      return this;
    }

    /**
     * Sets the codec.
     *
     * @param codec turns payloads into JSON and back
     * @return this
     * @throws NullPointerException if the codec is null
     */
    public Builder codec(PayloadCodec codec) {
      this.codec = requireNonNull(codec, "codec");
      return this;
    }

    /**
     * Registers a handler, with the timeout of the options.
     *
     * @param <T> the type of its payload
     * @param name what jobs call it; in the table, so not to be changed while jobs wait
     * @param type the type of its payload
     * @param handler runs its jobs
     * @return this
     * @throws NullPointerException if an argument is null
     * @throws IllegalArgumentException if the name is taken or unfit
     */
    public <T> Builder handler(String name, Class<T> type, DurableHandler<T> handler) {
      requireNonNull(handler, "handler");
      return register(name, type, handler, null);
    }

    /**
     * Registers a handler with a timeout of its own.
     *
     * @param <T> the type of its payload
     * @param name what jobs call it; in the table, so not to be changed while jobs wait
     * @param type the type of its payload
     * @param timeout how long one attempt may run
     * @param handler runs its jobs
     * @return this
     * @throws NullPointerException if an argument is null
     * @throws IllegalArgumentException if the name is taken or unfit, or the timeout is below a
     *     millisecond or above 365 days
     */
    public <T> Builder handler(
        String name, Class<T> type, Duration timeout, DurableHandler<T> handler) {
      requireNonNull(handler, "handler");
      return register(name, type, handler, requireNonNull(timeout, "timeout"));
    }

    /**
     * Registers a handler that other nodes have, so that jobs for it can be enqueued here.
     *
     * @param <T> the type of its payload
     * @param name what jobs call it
     * @param type the type of its payload
     * @return this
     * @throws NullPointerException if an argument is null
     * @throws IllegalArgumentException if the name is taken or unfit
     */
    public <T> Builder runsElsewhere(String name, Class<T> type) {
      return register(name, type, null, null);
    }

    private <T> Builder register(
        String name,
        Class<T> type,
        @Nullable DurableHandler<T> handler,
        @Nullable Duration timeout) {
      requireNonNull(name, "name");
      requireNonNull(type, "type");
      Registration<T> registration = new Registration<>(name, type, handler, timeout);
      if (handlers.putIfAbsent(name, registration) != null) {
        throw new IllegalArgumentException("handler \"" + name + "\" is registered twice");
      }
      return this;
    }

    /**
     * Checks the database and its settings, and starts to run jobs.
     *
     * @return running workers, to be closed by the caller
     * @throws IllegalArgumentException if the database is none of the three, or its settings let it
     *     lose acknowledged commits; the message names the setting, the rule and the value
     * @throws IllegalStateException if the table is not there; the message names the file that
     *     creates it
     * @throws JobStoreException if the database does not answer
     */
    public DurableWorkers start() {
      Database database;
      try (Connection connection = dataSource.getConnection()) {
        database = Database.of(connection);
        database.requireDurable(connection);
        new JobTable(database, options.table()).require(connection, options.schema());
      } catch (SQLException e) {
        throw new JobStoreException(
            "durable workers \"" + options.name() + "\" could not start: " + e.getMessage(), e);
      }
      DurableWorkers workers = new DurableWorkers(this, database);
      if (workers.engine != null) {
        workers.engine.start();
      }
      return workers;
    }
  }
}
