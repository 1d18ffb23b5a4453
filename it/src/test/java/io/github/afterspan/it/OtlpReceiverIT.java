// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.Context;
import java.net.ConnectException;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The receiver is what the other tests believe, so it is tested itself. */
@Timeout(60)
class OtlpReceiverIT {

  private final OtlpReceiver receiver = OtlpReceiver.start();
  private final Telemetry telemetry = Telemetry.exportingTo(receiver);

  @AfterEach
  void close() {
    telemetry.close();
    receiver.close();
  }

  @Test
  void tellsEverythingOfASpan() {
    Span parent = telemetry.tracer().spanBuilder("parent").startSpan();
    SpanContext linked = telemetry.tracer().spanBuilder("linked").startSpan().getSpanContext();
    Span child =
        telemetry
            .tracer()
            .spanBuilder("child")
            .setParent(Context.root().with(parent))
            .setSpanKind(SpanKind.CONSUMER)
            .setAttribute("text", "a")
            .setAttribute("number", 2)
            .addLink(linked)
            .startSpan();
    child.recordException(new IllegalStateException("broken"));
    child.setStatus(StatusCode.ERROR, "it broke").end();
    parent.end();

    ReceivedSpan received = receiver.awaitSpan("child");

    assertThat(received.traceId()).isEqualTo(parent.getSpanContext().getTraceId());
    assertThat(received.parentSpanId()).isEqualTo(parent.getSpanContext().getSpanId());
    assertThat(received.remoteParent()).isFalse();
    assertThat(received.isRoot()).isFalse();
    assertThat(receiver.awaitSpan("parent").isRoot()).isTrue();
    assertThat(received.kind()).isEqualTo("CONSUMER");
    assertThat(received.status()).isEqualTo("ERROR");
    assertThat(received.statusDescription()).isEqualTo("it broke");
    assertThat(received.attributes()).containsEntry("text", "a").containsEntry("number", 2L);
    assertThat(received.links())
        .containsExactly(new ReceivedSpan.Link(linked.getTraceId(), linked.getSpanId()));
    assertThat(received.scope()).isEqualTo("application");
    assertThat(received.events()).hasSize(1);
    assertThat(received.events().get(0).attributes())
        .containsEntry("exception.type", "java.lang.IllegalStateException")
        .containsEntry("exception.message", "broken");
    assertThat(received.end()).isAfterOrEqualTo(received.start());
  }

  @Test
  void tellsRemoteParent_whenTheParentCameFromElsewhere() {
    SpanContext local = telemetry.tracer().spanBuilder("local").startSpan().getSpanContext();
    SpanContext remote =
        SpanContext.createFromRemoteParent(
            local.getTraceId(), local.getSpanId(), local.getTraceFlags(), local.getTraceState());
    telemetry
        .tracer()
        .spanBuilder("child")
        .setParent(Context.root().with(Span.wrap(remote)))
        .startSpan()
        .end();

    assertThat(receiver.awaitSpan("child").remoteParent()).isTrue();
  }

  @Test
  void saysWhatArrivedInstead_whenASpanDoesNotArrive() {
    span("other");
    receiver.awaitSpan("other");

    assertThatThrownBy(
            () ->
                receiver.awaitSpans(
                    1, Duration.ofMillis(200), "named \"mine\"", s -> s.name().equals("mine")))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("received 0 of 1 spans named \"mine\" within PT0.2S")
        .hasMessageContaining("other{trace=");
  }

  @Test
  void receivesNothing_whileItRefuses() {
    receiver.refuse();
    span("late");
    await().until(() -> receiver.requests() > 0);
    assertThat(receiver.spans()).isEmpty();

    receiver.accept();

    assertThat(receiver.awaitSpan("late").name()).isEqualTo("late");
    assertThat(receiver.requests()).isGreaterThan(1);
  }

  @Test
  void receivesLater_whenItIsSlow() {
    receiver.acceptAfter(Duration.ofMillis(300));
    long before = System.nanoTime();
    span("slow");

    receiver.awaitSpan("slow");

    assertThat(Duration.ofNanos(System.nanoTime() - before)).isGreaterThan(Duration.ofMillis(300));
  }

  @Test
  void receivesNothing_whileItHangs() {
    receiver.hang();
    span("lost");
    await().until(() -> receiver.requests() > 0);

    receiver.close();

    assertThat(receiver.spans()).isEmpty();
  }

  @Test
  void refusesConnections_whileItIsDown() throws Exception {
    URI endpoint = URI.create(receiver.endpoint());
    receiver.goDown();
    assertThatThrownBy(() -> new Socket("127.0.0.1", endpoint.getPort()).close())
        .isInstanceOf(ConnectException.class);

    receiver.comeBack();

    span("after");
    assertThat(receiver.awaitSpan("after").name()).isEqualTo("after");
  }

  private void span(String name) {
    telemetry.tracer().spanBuilder(name).startSpan().end();
  }
}
