// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.durable;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.afterspan.Deadline;
import io.github.afterspan.TraceMode;
import io.opentelemetry.api.baggage.Baggage;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanId;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The contract, and what has nothing to do with the database. */
@Timeout(60)
class DurableSqliteTest extends DurableContract {

  DurableSqliteTest() {
    super(TestDatabase.SQLITE);
  }

  @Test
  void timesOutAttempt() throws Exception {
    AtomicBoolean interrupted = new AtomicBoolean();
    DurableWorkers workers =
        DurableWorkers.builder(openTelemetry, dataSource)
            .options(options().attempts(1).build())
            .handler(
                "mail",
                Mail.class,
                Duration.ofMillis(50),
                (mail, job) -> {
                  assertThat(Deadline.current().remaining()).isLessThan(Duration.ofSeconds(1));
                  try {
                    new CountDownLatch(1).await();
                  } catch (InterruptedException e) {
                    interrupted.set(true);
                    throw e;
                  }
                })
            .start();
    try (workers) {
      workers.dispatcher().enqueue("mail", mail());

      assertThat(awaitDeadLetter(workers).reason())
          .isEqualTo("attempt 1 was the last, and failed: it exceeded its timeout of PT0.05S");
      assertThat(interrupted).isTrue();
      assertThat(attribute(awaitSpans("process mail", 1).get(0), "error.type"))
          .isEqualTo("timeout");
    }
  }

  @Test
  void startsTraceOfItsOwn_whenAskedFor() throws Exception {
    DurableWorkers workers =
        start(options().traceMode(TraceMode.NEW_TRACE_WITH_LINK), (mail, job) -> ran.add(job));

    workers.dispatcher().enqueue("mail", mail());

    SpanData send = awaitSpans("send mail", 1).get(0);
    SpanData process = awaitSpans("process mail", 1).get(0);
    assertThat(process.getTraceId()).isNotEqualTo(send.getTraceId());
    assertThat(process.getParentSpanId()).isEqualTo(SpanId.getInvalid());
    assertThat(process.getLinks().get(0).getSpanContext().getSpanId()).isEqualTo(send.getSpanId());
  }

  @Test
  void hasRootSpan_whenStoredWithoutTrace() throws Exception {
    DurableWorkers workers = start();
    try (Connection connection = dataSource.getConnection()) {
      new JobTable(Database.SQLITE, "background_jobs")
          .insert(
              connection,
              "mail",
              "by-hand",
              "{\"v\":1,\"enqueuedAt\":\"2026-01-01T00:00:00Z\",\"payload\":{}}".getBytes(),
              java.time.Instant.now());
    }
    workers.wakeUp();

    next();
    assertThat(awaitSpans("process mail", 1).get(0).getParentSpanId())
        .isEqualTo(SpanId.getInvalid());
  }

  @Test
  void storesBaggage_onlyOfNamedKeys() throws Exception {
    Queue<Baggage> received = new ConcurrentLinkedQueue<>();
    DurableWorkers workers =
        start(
            options().baggageKeys(Set.of("tenant")),
            (mail, job) -> {
              received.add(Baggage.current());
              ran.add(job);
            });
    Baggage baggage = Baggage.builder().put("tenant", "acme").put("session", "secret").build();

    try (Scope ignored = Context.root().with(baggage).makeCurrent()) {
      workers.dispatcher().enqueue("mail", mail());
    }

    next();
    assertThat(received.remove().asMap()).containsOnlyKeys("tenant");
  }

  @Test
  void storesNoBaggage_unlessNamed() throws Exception {
    Queue<Baggage> received = new ConcurrentLinkedQueue<>();
    DurableWorkers workers =
        start(
            options(),
            (mail, job) -> {
              received.add(Baggage.current());
              ran.add(job);
            });

    try (Scope ignored =
        Context.root().with(Baggage.builder().put("session", "secret").build()).makeCurrent()) {
      workers.dispatcher().enqueue("mail", mail());
    }

    next();
    assertThat(received.remove().isEmpty()).isTrue();
  }

  @Test
  void recovers_whenDatabaseWasAway() throws Exception {
    AtomicBoolean away = new AtomicBoolean();
    AtomicInteger refused = new AtomicInteger();
    DataSource unreliable =
        new WrappedDataSource(
            dataSource,
            connection -> {
              if (away.get()) {
                refused.incrementAndGet();
                throw new SQLException("the database is away");
              }
            });
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    try (DurableWorkers workers =
        DurableWorkers.builder(openTelemetry, unreliable)
            .options(options().heartbeatInterval(Duration.ofMillis(100)).build())
            .handler(
                "mail",
                Mail.class,
                (mail, job) -> {
                  begun.countDown();
                  go.await();
                  ran.add(job);
                })
            .start()) {
      EnqueuedJob caught = workers.dispatcher().enqueue("mail", mail());
      assertThat(begun.await(20, SECONDS)).isTrue();
      away.set(true);

      assertThatThrownBy(() -> workers.dispatcher().enqueue("mail", mail()))
          .isInstanceOf(JobStoreException.class)
          .hasMessage("the job for \"mail\" was not stored: the database is away")
          .hasCauseInstanceOf(SQLException.class);
      go.countDown();
      assertThat(next().id()).isEqualTo(caught.id()); // its success can't be noted
      int before = refused.get();
      await().atMost(Duration.ofSeconds(20)).until(() -> refused.get() > before + 5);
      away.set(false);

      EnqueuedJob later = workers.dispatcher().enqueue("mail", mail());
      assertThat(List.of(next().id(), next().id()))
          .containsExactlyInAnyOrder(caught.id(), later.id());
    }
    assertThat(awaitSpans("send mail", 3))
        .filteredOn(span -> span.getStatus().getStatusCode() == StatusCode.ERROR)
        .hasSize(1);
  }

  /**
   * Candidates of earlier polls, payloads and all, must not wait behind a handler that is stuck.
   */
  @Test
  void keepsOneBatch_whenItPollsInVain() throws Exception {
    AtomicInteger polls = new AtomicInteger();
    CountDownLatch go = new CountDownLatch(1);
    try (DurableWorkers workers =
        DurableWorkers.builder(openTelemetry, countingPolls(polls))
            .options(options().concurrency(1).pollInterval(Duration.ofMillis(10)).build())
            .handler(
                "mail",
                Mail.class,
                (mail, job) -> {
                  go.await();
                  ran.add(job);
                })
            .start()) {
      for (int count = 1; count <= 10; count++) {
        workers.dispatcher().enqueue("mail", mail());
      }

      await().atMost(Duration.ofSeconds(20)).until(() -> polls.get() > 30);

      assertThat(workers.engine.fetched()).isLessThanOrEqualTo(3);
      go.countDown();
      for (int count = 1; count <= 10; count++) {
        next();
      }
    }
  }

  @Test
  void engineStaysOutsideOfTraces_whenStartedWithinRequest() throws Exception {
    Queue<SpanContext> seen = new ConcurrentLinkedQueue<>();
    DataSource watched =
        new WrappedDataSource(
            dataSource,
            connection -> {
              if (Thread.currentThread().getName().startsWith("afterspan-durable-")) {
                seen.add(Span.current().getSpanContext());
              }
            });
    Span request = openTelemetry.getTracer("test").spanBuilder("request").startSpan();
    DurableWorkers workers;
    try (Scope ignored = request.makeCurrent()) {
      workers =
          DurableWorkers.builder(openTelemetry, watched)
              .options(options().build())
              .handler("mail", Mail.class, (mail, job) -> ran.add(job))
              .start();
      workers.dispatcher().enqueue("mail", mail());
    }
    try (workers) {
      next();
      await().atMost(Duration.ofSeconds(20)).until(() -> seen.size() > 6);
    }
    assertThat(seen)
        .allSatisfy(
            context -> {
              assertThat(context.isValid()).isTrue(); // or a sampler would decide anew
              assertThat(context.isSampled()).isFalse();
              assertThat(context.getTraceId()).isNotEqualTo(request.getSpanContext().getTraceId());
            });
  }

  @Test
  void usesContextOfExchange_whereNothingIsCurrent() throws Exception {
    DurableWorkers workers = start();
    Span request = openTelemetry.getTracer("test").spanBuilder("request").startSpan();
    DurableDispatcher dispatcher;
    try (Scope ignored = request.makeCurrent()) {
      dispatcher = workers.dispatcher();
    }

    dispatcher.enqueue("mail", mail());

    assertThat(awaitSpans("send mail", 1).get(0).getParentSpanId())
        .isEqualTo(request.getSpanContext().getSpanId());
  }

  @Test
  void frees_keyOfDeadLetter() throws Exception {
    DurableWorkers workers =
        start(
            options().attempts(1),
            (mail, job) -> {
              throw new IllegalStateException("broken");
            });
    JobOptions key = JobOptions.defaults().key("k");

    for (int died = 1; died <= 2; died++) {
      int expected = died;
      assertThat(workers.dispatcher().enqueue("mail", mail(), key).isDuplicate()).isFalse();
      await().atMost(Duration.ofSeconds(20)).until(() -> workers.status().dead() == expected);
    }

    workers.close();
    assertThat(workers.deadLetters(10)).extracting(DeadLetter::jobId).containsExactly("k", "k");
    List<DeadLetter> letters = workers.deadLetters(10);
    assertThat(workers.requeue(letters.get(0))).isTrue();
    assertThatThrownBy(() -> workers.requeue(letters.get(1)))
        .isInstanceOf(JobStoreException.class)
        .hasMessageStartingWith("could not requeue dead letter " + letters.get(1).letterId());
  }

  @Test
  void refuses_whatNoHandlerCouldRun() throws Exception {
    DurableWorkers workers = start();
    DurableDispatcher dispatcher = workers.dispatcher();

    assertThatThrownBy(() -> dispatcher.enqueue("fax", mail()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "handler must be one of [mail, report], was \"fax\"; register it, with runsElsewhere if"
                + " other nodes have it");
    assertThatThrownBy(() -> dispatcher.enqueue("mail", "text"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "payload of \"mail\" must be a io.github.afterspan.durable.Mail, was a"
                + " java.lang.String");
    int tooMany = DurableWorkers.MAX_PAYLOAD_BYTES;
    assertThatThrownBy(() -> dispatcher.enqueue("mail", new Mail("x".repeat(tooMany), 1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("payload of \"mail\" must have at most 65536 bytes of JSON, was 65555");
    assertThat(workers.status().ready()).isZero();
  }
}
