// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.durable;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;

/** Workers on one database, their spans, and the jobs that ran. */
abstract class DurableFixture {

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

  DurableFixture(TestDatabase database) {
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

  /** The database; counts the connections that the engine looks for jobs with. */
  DataSource countingPolls(AtomicInteger polls) {
    return new WrappedDataSource(
        dataSource,
        connection -> {
          if (Thread.currentThread().getName().startsWith("afterspan-durable-poll")) {
            polls.incrementAndGet();
          }
        });
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

  static @Nullable String attribute(SpanData span, String key) {
    return span.getAttributes().get(AttributeKey.stringKey(key));
  }

  void execute(String sql) throws SQLException {
    try (Connection connection = dataSource.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  static DeadLetter awaitDeadLetter(DurableWorkers workers) {
    return await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> workers.deadLetters(10), letters -> !letters.isEmpty())
        .get(0);
  }
}
