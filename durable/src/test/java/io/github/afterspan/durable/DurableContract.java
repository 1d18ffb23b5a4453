// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.durable;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What holds on every database; a subclass for each says which. */
@Timeout(60)
abstract class DurableContract extends FailureContract {

  DurableContract(TestDatabase database) {
    super(database);
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
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    try (DurableWorkers workers =
        DurableWorkers.builder(openTelemetry, countingPolls(polls))
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
