// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan;

import static io.github.afterspan.Outcomes.outcome;
import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.baggage.Baggage;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.ContextKey;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a task takes from the context it is dispatched in, and what it does not. */
@Timeout(60)
class DispatchContextTest {

  private static final ContextKey<String> REQUEST = ContextKey.named("request");

  @RegisterExtension final Engine engine = new Engine();

  @Test
  void bodyRunsInItsOwnSpan_andSeesNothingElseOfRequest() throws Exception {
    AtomicReference<Context> seen = new AtomicReference<>();
    Span request = engine.startSpan("request");
    DispatchedTask task;
    try (Scope ignored = Context.root().with(request).with(REQUEST, "alice").makeCurrent()) {
      task = engine.workers().dispatcher().dispatch("task", () -> seen.set(Context.current()));
    }
    assertThat(outcome(task)).isEqualTo(TaskState.SUCCEEDED);
    assertThat(Span.fromContext(seen.get()).getSpanContext())
        .isEqualTo(engine.span("task").getSpanContext());
    assertThat(seen.get().get(REQUEST)).isNull();
    request.end();
  }

  @Test
  void spanThatBodyStarts_isChildOfItsTask() throws Exception {
    DispatchedTask task =
        engine.workers().dispatcher().dispatch("task", () -> engine.startSpan("inner").end());
    assertThat(outcome(task)).isEqualTo(TaskState.SUCCEEDED);
    assertThat(engine.span("inner").getParentSpanId()).isEqualTo(engine.span("task").getSpanId());
  }

  @Test
  void contextOfDispatcherCounts_whenNothingIsCurrentAtDispatch() throws Exception {
    Span request = engine.startSpan("request");
    Baggage tenant = Baggage.builder().put("tenant", "blue").build();
    BackgroundDispatcher dispatcher;
    try (Scope ignored = Context.root().with(request).with(tenant).makeCurrent()) {
      dispatcher = engine.workers().dispatcher(new CompletableFuture<>());
    }
    AtomicReference<Baggage> seen = new AtomicReference<>();
    DispatchedTask task = dispatcher.dispatch("task", () -> seen.set(Baggage.current()));
    assertThat(outcome(task)).isEqualTo(TaskState.SUCCEEDED);
    assertThat(engine.span("task").getParentSpanContext()).isEqualTo(request.getSpanContext());
    assertThat(seen.get()).isEqualTo(tenant);
    request.end();
  }

  @Test
  void currentContextGoesBeforeThatOfDispatcher() throws Exception {
    Span request = engine.startSpan("request");
    Span inner = engine.startSpan("inner");
    BackgroundDispatcher dispatcher;
    try (Scope ignored =
        Context.root()
            .with(request)
            .with(Baggage.builder().put("tenant", "blue").build())
            .makeCurrent()) {
      dispatcher = engine.workers().dispatcher();
    }
    AtomicReference<Baggage> seen = new AtomicReference<>();
    DispatchedTask task;
    try (Scope ignored = inner.makeCurrent()) {
      task = dispatcher.dispatch("task", () -> seen.set(Baggage.current()));
    }
    assertThat(outcome(task)).isEqualTo(TaskState.SUCCEEDED);
    assertThat(engine.span("task").getParentSpanContext()).isEqualTo(inner.getSpanContext());
    assertThat(seen.get().isEmpty()).isTrue();
    inner.end();
    request.end();
  }

  @Test
  void currentBaggageGoesBeforeThatOfDispatcher_whenOnlyBaggageIsCurrent() throws Exception {
    BackgroundDispatcher dispatcher;
    try (Scope ignored = Baggage.builder().put("tenant", "blue").build().makeCurrent()) {
      dispatcher = engine.workers().dispatcher();
    }
    Baggage red = Baggage.builder().put("tenant", "red").build();
    AtomicReference<Baggage> seen = new AtomicReference<>();
    DispatchedTask task;
    try (Scope ignored = red.makeCurrent()) {
      task = dispatcher.dispatch("task", () -> seen.set(Baggage.current()));
    }
    assertThat(outcome(task)).isEqualTo(TaskState.SUCCEEDED);
    assertThat(seen.get()).isEqualTo(red);
  }

  /** An agent attaches to a hand-off whatever is current then; so nothing may be. */
  @Test
  void executorSeesRootContext_whenItIsHandedWorker() throws Exception {
    List<Context> handedOver = new CopyOnWriteArrayList<>();
    BackgroundWorkers workers =
        engine.workers(
            command -> {
              handedOver.add(Context.current());
              Thread thread = new Thread(command);
              thread.start();
            },
            o -> o.concurrency(2));
    Span request = engine.startSpan("request");
    CompletableFuture<Boolean> response = new CompletableFuture<>();
    DispatchedTask now;
    DispatchedTask later;
    try (Scope ignored = Context.root().with(request).with(REQUEST, "alice").makeCurrent()) {
      BackgroundDispatcher dispatcher = workers.dispatcher(response);
      now = dispatcher.dispatch("now", () -> {});
      TaskOptions after = TaskOptions.named("later").startMode(StartMode.AFTER_RESPONSE);
      assertThat(outcome(now)).isEqualTo(TaskState.SUCCEEDED);
      later = dispatcher.dispatch(after, () -> {});
      response.complete(true);
      assertThat(Context.current().get(REQUEST)).isEqualTo("alice");
    }
    assertThat(outcome(later)).isEqualTo(TaskState.SUCCEEDED);
    assertThat(handedOver).isNotEmpty().containsOnly(Context.root());
    request.end();
  }

  @Test
  void workerRunsNextTaskInRootContext_whateverTheOneBeforeWas() throws Exception {
    BackgroundWorkers workers = engine.workers(o -> o.concurrency(1));
    Span request = engine.startSpan("request");
    try (Scope ignored = request.makeCurrent()) {
      DispatchedTask first = workers.dispatcher().dispatch("first", () -> {});
      assertThat(outcome(first)).isEqualTo(TaskState.SUCCEEDED);
    }
    DispatchedTask second = workers.dispatcher().dispatch("second", () -> {});
    assertThat(outcome(second)).isEqualTo(TaskState.SUCCEEDED);
    SpanData span = engine.span("second");
    assertThat(span.getParentSpanContext().isValid()).isFalse();
    assertThat(span.getTraceId()).isNotEqualTo(request.getSpanContext().getTraceId());
    request.end();
  }
}
