// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.durable;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What holds on every database; a subclass for each says which. */
@Timeout(60)
abstract class DurableContract {

  final InMemorySpanExporter spans = InMemorySpanExporter.create();
  final OpenTelemetrySdk openTelemetry =
      OpenTelemetrySdk.builder()
          .setTracerProvider(
              SdkTracerProvider.builder()
                  .addSpanProcessor(SimpleSpanProcessor.create(spans))
                  .build())
          .build();
  final DataSource dataSource;
  final BlockingQueue<DurableJob> ran = new LinkedBlockingQueue<>();
  private final List<AutoCloseable> opened = new ArrayList<>();

  DurableContract(TestDatabase database) {
    dataSource = database.create();
  }

  @AfterEach
  void closeAll() throws Exception {
    for (AutoCloseable each : opened) {
      each.close();
    }
    openTelemetry.close();
  }

  static DurableOptions.Builder options() {
    return DurableOptions.builder()
        .schema(DurableOptions.Schema.CREATE)
        .concurrency(2)
        .pollInterval(Duration.ofMillis(100))
        .heartbeatInterval(Duration.ofSeconds(1))
        .backoff(Duration.ofMillis(10))
        .drainTimeout(Duration.ofSeconds(5));
  }

  DurableWorkers start(DurableOptions.Builder options, DurableHandler<Mail> handler) {
    DurableWorkers workers =
        DurableWorkers.builder(openTelemetry, dataSource)
            .options(options.build())
            .handler("mail", Mail.class, handler)
            .runsElsewhere("report", Mail.class)
            .start();
    opened.add(0, workers);
    return workers;
  }

  DurableWorkers start() {
    return start(options(), (mail, job) -> ran.add(job));
  }

  DurableJob next() throws InterruptedException {
    DurableJob job = ran.poll(20, SECONDS);
    assertThat(job).as("a job that ran").isNotNull();
    return job;
  }

  static Mail mail() {
    return new Mail("a@example.org", 7);
  }

  List<SpanData> awaitSpans(String name, int count) {
    return await()
        .atMost(Duration.ofSeconds(20))
        .until(
            () ->
                spans.getFinishedSpanItems().stream()
                    .filter(span -> span.getName().equals(name))
                    .toList(),
            found -> found.size() >= count);
  }

  @Test
  void runsJob_whenEnqueuedInOwnTransaction() throws Exception {
    BlockingQueue<Mail> received = new LinkedBlockingQueue<>();
    DurableWorkers workers =
        start(
            options(),
            (mail, job) -> {
              received.add(mail);
              ran.add(job);
            });

    EnqueuedJob enqueued = workers.dispatcher().enqueue("mail", mail());

    DurableJob job = next();
    assertThat(received).containsExactly(mail());
    assertThat(enqueued).isEqualTo(new EnqueuedJob("mail", job.id(), false));
    assertThat(job.attempt()).isEqualTo(1);
    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(
            () ->
                assertThat(workers.status())
                    .isEqualTo(new DurableWorkers.Status(0, 0, 0, 0, Duration.ZERO)));
  }

  @Test
  void runsJob_inTraceOfTheRequest() throws Exception {
    DurableWorkers workers = start();
    Span request = openTelemetry.getTracer("test").spanBuilder("request").startSpan();

    try (Scope ignored = request.makeCurrent()) {
      workers.dispatcher().enqueue("mail", mail());
    }
    request.end();

    SpanContext origin = request.getSpanContext();
    SpanData send = awaitSpans("send mail", 1).get(0);
    SpanData process = awaitSpans("process mail", 1).get(0);
    String id = next().id();
    assertThat(send.getKind()).isEqualTo(SpanKind.PRODUCER);
    assertThat(send.getParentSpanId()).isEqualTo(origin.getSpanId());
    assertThat(process.getKind()).isEqualTo(SpanKind.CONSUMER);
    assertThat(process.getTraceId()).isEqualTo(origin.getTraceId());
    assertThat(process.getParentSpanId()).isEqualTo(send.getSpanId());
    assertThat(process.getLinks())
        .extracting(link -> link.getSpanContext().getSpanId())
        .containsExactly(send.getSpanId());
    for (SpanData span : List.of(send, process)) {
      String operation = span == send ? "send" : "process";
      assertThat(attribute(span, "messaging.system")).isEqualTo("db-scheduler");
      assertThat(attribute(span, "messaging.operation.name")).isEqualTo(operation);
      assertThat(attribute(span, "messaging.operation.type")).isEqualTo(operation);
      assertThat(attribute(span, "messaging.destination.name")).isEqualTo("mail");
      assertThat(attribute(span, "messaging.message.id")).isEqualTo(id);
    }
    assertThat(process.getAttributes().get(AttributeKey.longKey("afterspan.durable.attempt")))
        .isEqualTo(1);
  }

  static @Nullable String attribute(SpanData span, String key) {
    return span.getAttributes().get(AttributeKey.stringKey(key));
  }

  @Test
  void runsJob_onlyWhenCallersTransactionCommits() throws Exception {
    DurableWorkers workers = start();
    execute("create table orders (id integer primary key)");

    try (Connection connection = dataSource.getConnection()) {
      connection.setAutoCommit(false);
      order(connection, 1);
      workers.dispatcher().enqueue(connection, "mail", new Mail("rolled back", 1));
      connection.rollback();
      order(connection, 2);
      EnqueuedJob kept = workers.dispatcher().enqueue(connection, "mail", mail());
      connection.commit();
      workers.wakeUp();
      assertThat(next().id()).isEqualTo(kept.id());
    }

    workers.close();
    assertThat(ran).isEmpty();
    assertThat(workers.status().ready()).isZero();
  }

  private static void order(Connection connection, int id) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("insert into orders values (" + id + ")");
    }
  }

  void execute(String sql) throws SQLException {
    try (Connection connection = dataSource.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  @Test
  void wakesUp_whenExchangeIsOver() throws Exception {
    DurableWorkers workers =
        start(
            options().pollInterval(Duration.ofMinutes(10)).concurrency(1),
            (mail, job) -> ran.add(job));
    workers.dispatcher().enqueue("mail", mail());
    next(); // the first poll is over
    CompletableFuture<Boolean> exchange = new CompletableFuture<>();

    try (Connection connection = dataSource.getConnection()) {
      connection.setAutoCommit(false);
      workers.dispatcher(exchange).enqueue(connection, "mail", mail());
      connection.commit();
    }
    exchange.complete(true);

    next();
  }

  @Test
  void retriesThenBuries_whenHandlerThrows() throws Exception {
    DurableWorkers workers =
        start(
            options().attempts(3),
            (mail, job) -> {
              ran.add(job);
              throw new IllegalStateException("no mail server");
            });

    EnqueuedJob job = workers.dispatcher().enqueue("mail", mail());

    DeadLetter letter = awaitDeadLetter(workers);
    assertThat(ran).extracting(DurableJob::attempt).containsExactly(1, 2, 3);
    assertThat(letter.handler()).isEqualTo("mail");
    assertThat(letter.jobId()).isEqualTo(job.id());
    assertThat(letter.attempts()).isEqualTo(3);
    assertThat(letter.reason())
        .isEqualTo(
            "attempt 3 was the last, and failed: java.lang.IllegalStateException: no mail server");
    assertThat(letter.payload()).isEqualTo("{\"to\":\"a@example.org\",\"order\":7}");
    assertThat(workers.status().dead()).isEqualTo(1);
    assertThat(awaitSpans("process mail", 3))
        .hasSize(3)
        .allSatisfy(
            span -> {
              assertThat(span.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
              assertThat(attribute(span, "error.type"))
                  .isEqualTo("java.lang.IllegalStateException");
            });
  }

  static DeadLetter awaitDeadLetter(DurableWorkers workers) {
    return await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> workers.deadLetters(10), letters -> !letters.isEmpty())
        .get(0);
  }

  @Test
  void startsAnew_whenDeadLetterIsRequeued() throws Exception {
    CountDownLatch repaired = new CountDownLatch(1);
    DurableWorkers workers =
        start(
            options().attempts(1),
            (mail, job) -> {
              if (repaired.getCount() > 0) {
                throw new IllegalStateException("broken");
              }
              ran.add(job);
            });
    EnqueuedJob enqueued = workers.dispatcher().enqueue("mail", mail());
    DeadLetter letter = awaitDeadLetter(workers);
    repaired.countDown();

    assertThat(workers.requeue(letter)).isTrue();

    DurableJob job = next();
    assertThat(job.id()).isEqualTo(enqueued.id());
    assertThat(job.attempt()).isEqualTo(1);
    assertThat(workers.requeue(letter)).isFalse();
    assertThat(workers.deadLetters(10)).isEmpty();
    assertThat(awaitSpans("process mail", 2))
        .extracting(SpanData::getTraceId)
        .containsOnly(awaitSpans("send mail", 1).get(0).getTraceId());
  }

  @Test
  void storesOne_whenKeyIsTaken() throws Exception {
    DurableWorkers workers = start();
    JobOptions later = JobOptions.defaults().key("order-7").runAt(Instant.now().plusSeconds(3600));

    assertThat(workers.dispatcher().enqueue("mail", mail(), later).isDuplicate()).isFalse();
    execute("create table orders (id integer primary key)");
    try (Connection connection = dataSource.getConnection()) {
      connection.setAutoCommit(false);
      EnqueuedJob second = workers.dispatcher().enqueue(connection, "mail", mail(), later);
      assertThat(second).isEqualTo(new EnqueuedJob("mail", "order-7", true));
      order(connection, 1); // the transaction is not spoilt
      connection.commit();
    }

    DurableWorkers.Status status = workers.status();
    assertThat(status.waiting()).isEqualTo(1);
    assertThat(status.ready()).isZero();
  }

  /** Neither piles up what it can't run, nor forgets to look for it later. */
  @Test
  void fetchesNoMoreThanABatch_whenAllThreadsAreBusy() throws Exception {
    AtomicInteger polls = new AtomicInteger();
    DataSource watched =
        new WrappedDataSource(
            dataSource,
            connection -> {
              if (Thread.currentThread().getName().startsWith("afterspan-durable-poll")) {
                polls.incrementAndGet();
              }
            });
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    try (DurableWorkers workers =
        DurableWorkers.builder(openTelemetry, watched)
            .options(options().concurrency(1).pollInterval(Duration.ofMinutes(10)).build())
            .handler(
                "mail",
                Mail.class,
                (mail, job) -> {
                  begun.countDown();
                  go.await();
                  ran.add(job);
                })
            .start()) {
      workers.dispatcher().enqueue("mail", mail());
      assertThat(begun.await(20, SECONDS)).isTrue();
      int before = polls.get();

      for (int count = 1; count <= 20; count++) {
        workers.dispatcher().enqueue("mail", mail());
        assertThat(workers.engine.fetched()).isLessThanOrEqualTo(3);
      }

      assertThat(polls.get() - before).isLessThanOrEqualTo(2);
      go.countDown();
      for (int count = 0; count <= 20; count++) {
        next();
      }
    }
  }

  @Test
  void countsWhatIsInTheTable() {
    DurableWorkers workers = start(options().concurrency(0), (mail, job) -> ran.add(job));
    Instant now = Instant.now();
    JobOptions due = JobOptions.defaults().runAt(now.minusSeconds(3600));
    workers.dispatcher().enqueue("mail", mail(), due);
    workers.dispatcher().enqueue("mail", mail());
    workers.dispatcher().enqueue("mail", mail(), due.runAt(now.plusSeconds(3600)));

    DurableWorkers.Status status = workers.status();

    assertThat(status.ready()).isEqualTo(2);
    assertThat(status.running()).isZero();
    assertThat(status.waiting()).isEqualTo(1);
    assertThat(status.dead()).isZero();
    assertThat(status.oldestAge())
        .isBetween(Duration.ofSeconds(3600), Duration.ofSeconds(3600).plusSeconds(60));
  }

  @Test
  void leavesJob_whenHandlerIsElsewhere() throws Exception {
    DurableWorkers workers = start();

    EnqueuedJob report = workers.dispatcher().enqueue("report", mail());
    workers.dispatcher().enqueue("mail", mail());

    next();
    workers.close();
    assertThat(workers.status().ready()).isEqualTo(1);
    try (DurableWorkers other =
        DurableWorkers.builder(openTelemetry, dataSource)
            .options(options().build())
            .handler("report", Mail.class, (mail, job) -> ran.add(job))
            .start()) {
      assertThat(next().id()).isEqualTo(report.id());
      assertThat(other.deadLetters(10)).isEmpty();
    }
  }

  @Test
  void buriesAtOnce_whatNoAttemptCanHelp() throws Exception {
    DurableWorkers workers = start();
    store("no-json", "<mail/>");
    store("no-envelope", "[1]");
    store("other-version", "{\"v\":2,\"payload\":{}}");
    store("no-payload", "{\"v\":1,\"enqueuedAt\":\"2026-01-01T00:00:00Z\"}");
    store("other-type", envelope("7", ""));
    store("null", envelope("null", ""));
    store("too-late", envelope("{}", "\"deadline\":\"2026-01-02T00:00:00Z\","));
    workers.wakeUp();

    List<DeadLetter> letters =
        await()
            .atMost(Duration.ofSeconds(20))
            .until(() -> workers.deadLetters(10), found -> found.size() == 7);

    assertThat(letters).allSatisfy(letter -> assertThat(letter.attempts()).isEqualTo(1));
    assertThat(reason(letters, "no-json")).startsWith("the job's data is no envelope: ");
    assertThat(reason(letters, "no-envelope"))
        .isEqualTo("the job's data is no envelope: no JSON object");
    assertThat(reason(letters, "other-version"))
        .isEqualTo("the envelope is of version 2; this node knows version 1 only");
    assertThat(reason(letters, "no-payload")).isEqualTo("the envelope has no payload");
    assertThat(reason(letters, "other-type"))
        .startsWith("the payload is no io.github.afterspan.durable.Mail: ");
    assertThat(reason(letters, "null")).isEqualTo("the payload is null");
    assertThat(reason(letters, "too-late"))
        .isEqualTo("the deadline 2026-01-02T00:00:00Z passed before an attempt succeeded");
    assertThat(ran).isEmpty();
    assertThat(awaitSpans("process mail", 7))
        .allSatisfy(
            span -> assertThat(span.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR));

    DeadLetter unreadable = letter(letters, "no-json");
    workers.close();
    assertThat(workers.requeue(unreadable)).isTrue();
    assertThat(data("no-json")).isEqualTo("<mail/>");
  }

  private static String envelope(String payload, String more) {
    return "{\"v\":1,\"enqueuedAt\":\"2026-01-01T00:00:00Z\","
        + more
        + "\"payload\":"
        + payload
        + "}";
  }

  private static DeadLetter letter(List<DeadLetter> letters, String jobId) {
    return letters.stream().filter(each -> each.jobId().equals(jobId)).findAny().orElseThrow();
  }

  private static String reason(List<DeadLetter> letters, String jobId) {
    return letter(letters, jobId).reason();
  }

  private void store(String id, String data) throws SQLException {
    try (Connection connection = dataSource.getConnection()) {
      Database database = Database.of(connection);
      new JobTable(database, "background_jobs")
          .insert(connection, "mail", id, data.getBytes(UTF_8), Instant.now());
    }
  }

  private String data(String id) throws SQLException {
    try (Connection connection = dataSource.getConnection();
        Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "select task_data from background_jobs where task_name = 'mail' and task_instance ="
                    + " '"
                    + id
                    + "'")) {
      assertThat(rows.next()).isTrue();
      return new String(rows.getBytes(1), UTF_8);
    }
  }

  @Test
  void countsAttempt_whenItsNodeDied() throws Exception {
    DurableWorkers workers =
        start(options().concurrency(0), (mail, job) -> ran.add(job)); // leaves the rows alone
    EnqueuedJob first = workers.dispatcher().enqueue("mail", mail());
    EnqueuedJob last =
        workers.dispatcher().enqueue("mail", mail(), JobOptions.defaults().key("poison"));
    claimAsDeadNode(first.id(), 0);
    claimAsDeadNode(last.id(), 2);

    DurableWorkers other =
        start(
            options().attempts(3).heartbeatInterval(Duration.ofMillis(100)),
            (mail, job) -> ran.add(job));

    DurableJob job = next();
    assertThat(job.id()).isEqualTo(first.id());
    assertThat(job.attempt()).isEqualTo(2);
    DeadLetter letter = awaitDeadLetter(other);
    assertThat(letter.jobId()).isEqualTo("poison");
    assertThat(letter.attempts()).isEqualTo(3);
    assertThat(letter.reason())
        .startsWith(
            "attempt 3 was the last, and failed: node gone died during the attempt, or stalled: no"
                + " heartbeat since ");
  }

  private void claimAsDeadNode(String id, int failures) throws SQLException {
    try (Connection connection = dataSource.getConnection();
        PreparedStatement claim =
            connection.prepareStatement(
                "update background_jobs set picked = ?, picked_by = 'gone', last_heartbeat = ?,"
                    + " consecutive_failures = ? where task_instance = ?")) {
      claim.setBoolean(1, true);
      Database.of(connection)
          .customization
          .setInstant(claim, 2, Instant.now().minus(Duration.ofHours(1)));
      claim.setInt(3, failures);
      claim.setString(4, id);
      assertThat(claim.executeUpdate()).isEqualTo(1);
    }
  }

  @Test
  void putsJobBack_whenDrainStopsIt() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    DurableWorkers workers =
        start(
            options(),
            (mail, job) -> {
              if (job.attempt() == 1) {
                throw new IllegalStateException("once");
              }
              begun.countDown();
              new CountDownLatch(1).await();
            });
    workers.dispatcher().enqueue("mail", mail());
    assertThat(begun.await(20, SECONDS)).isTrue();

    workers.drain(Duration.ZERO).get(30, SECONDS);

    assertThat(workers.status().ready()).isEqualTo(1);
    start();
    assertThat(next().attempt()).isEqualTo(2);
  }

  @Test
  void enqueues_whenPoolHasAutocommitOff() throws Exception {
    AtomicBoolean broken = new AtomicBoolean(true);
    DataSource pool =
        new WrappedDataSource(dataSource, connection -> connection.setAutoCommit(false));
    try (DurableWorkers workers =
        DurableWorkers.builder(openTelemetry, pool)
            .options(options().attempts(1).build())
            .handler(
                "mail",
                Mail.class,
                (mail, job) -> {
                  ran.add(job);
                  if (broken.getAndSet(false)) {
                    throw new IllegalStateException("once");
                  }
                })
            .start()) {
      workers.dispatcher().enqueue("mail", mail());

      next();
      assertThat(workers.requeue(awaitDeadLetter(workers))).isTrue();
      next();
    }
  }

  @Test
  void refusesToStart_whenTableIsMissing() {
    assertThatThrownBy(() -> start(options().schema(DurableOptions.Schema.VALIDATE), (m, j) -> {}))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith(
            "table \"background_jobs\" must be there with db-scheduler's columns, was not: ")
        .hasMessageContaining(".sql of afterspan-durable");
  }
}
