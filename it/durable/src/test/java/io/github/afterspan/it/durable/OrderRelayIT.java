// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it.durable;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.afterspan.durable.DurableHandler;
import io.github.afterspan.durable.DurableWorkers;
import io.github.afterspan.it.durable.OrderDatabase.Placed;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import jakarta.jms.Message;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The relay without an agent: the message is in the job's trace, once, and has no spans of ours.
 */
@Timeout(120)
class OrderRelayIT {

  private final InMemorySpanExporter spans = InMemorySpanExporter.create();

  @TempDir Path directory;

  @Test
  void publishesOnceInTheTrace_whenTheFirstAttemptFailsAfterIt() throws Exception {
    try (OpenTelemetrySdk telemetry =
            OpenTelemetrySdk.builder()
                .setTracerProvider(
                    SdkTracerProvider.builder()
                        .addSpanProcessor(SimpleSpanProcessor.create(spans))
                        .build())
                .build();
        Broker broker = new Broker();
        OrderDatabase database = new OrderDatabase(SqliteKillIT.url(directory.resolve("jobs.db")));
        DurableWorkers workers =
            DurableWorkers.builder(telemetry, database.dataSource)
                .options(OrderNode.options().build())
                .handler("relay", Placed.class, failingOnce(new OrderRelay(broker.connections())))
                .start()) {
      Span request = telemetry.getTracer("application").spanBuilder("request").startSpan();
      try (Scope ignored = request.makeCurrent()) {
        workers.dispatcher().enqueue("relay", new Placed("order-1", "", ""));
      }
      request.end();
      await()
          .atMost(Duration.ofSeconds(30))
          .until(() -> spans.getFinishedSpanItems().size(), count -> count >= 4);

      Message message = broker.receive(Duration.ofSeconds(20));
      assertThat(message).isNotNull();
      assertThat(message.getBody(String.class)).isEqualTo("order-1");
      String[] traceparent = message.getStringProperty("traceparent").split("-", -1);
      assertThat(traceparent[1]).isEqualTo(request.getSpanContext().getTraceId());
      List<SpanData> processed =
          spans.getFinishedSpanItems().stream()
              .filter(span -> span.getName().equals("process relay"))
              .toList();
      assertThat(traceparent[2]).isEqualTo(processed.get(0).getSpanId());
      assertThat(broker.receive(Duration.ofMillis(300))).as("a second message").isNull();
      assertThat(spans.getFinishedSpanItems())
          .extracting(SpanData::getName)
          .containsExactlyInAnyOrder("request", "send relay", "process relay", "process relay");
    }
  }

  private static DurableHandler<Placed> failingOnce(OrderRelay relay) {
    return (placed, job) -> {
      relay.run(placed, job);
      if (job.attempt() == 1) {
        throw new IllegalStateException("for the test");
      }
    };
  }
}
