// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.durable;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What becomes of attempts that fail, and of letters that are dead, on every database. */
@Timeout(60)
abstract class FailureContract extends DurableFixture {

  FailureContract(TestDatabase database) {
    super(database);
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
}
