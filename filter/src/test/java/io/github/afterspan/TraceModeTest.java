// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan;

import static io.github.afterspan.Outcomes.outcome;
import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.data.SpanData;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(60)
class TraceModeTest {

  private static final TraceState STATE = TraceState.builder().put("vendor", "value").build();
  private static final SpanContext REQUEST =
      SpanContext.create(
          "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331", TraceFlags.getSampled(), STATE);

  @RegisterExtension final Engine engine = new Engine();

  @Test
  void child_continuesTraceWithLocalParent() throws Exception {
    SpanData span = dispatched(TraceMode.CHILD, REQUEST);
    assertThat(span.getTraceId()).isEqualTo(REQUEST.getTraceId());
    assertThat(span.getParentSpanId()).isEqualTo(REQUEST.getSpanId());
    assertThat(span.getParentSpanContext().isRemote()).isFalse();
    assertThat(span.getLinks()).isEmpty();
  }

  @Test
  void remoteChild_continuesTraceWithRemoteParent() throws Exception {
    SpanData span = dispatched(TraceMode.REMOTE_CHILD, REQUEST);
    assertThat(span.getTraceId()).isEqualTo(REQUEST.getTraceId());
    assertThat(span.getParentSpanId()).isEqualTo(REQUEST.getSpanId());
    assertThat(span.getParentSpanContext().isRemote()).isTrue();
    assertThat(span.getLinks()).isEmpty();
  }

  @Test
  void childWithLink_continuesTraceAndLinksToParent() throws Exception {
    SpanData span = dispatched(TraceMode.CHILD_WITH_LINK, REQUEST);
    assertThat(span.getTraceId()).isEqualTo(REQUEST.getTraceId());
    assertThat(span.getParentSpanId()).isEqualTo(REQUEST.getSpanId());
    assertThat(span.getParentSpanContext().isRemote()).isFalse();
    assertThat(span.getLinks()).extracting(LinkData::getSpanContext).containsExactly(REQUEST);
  }

  @Test
  void newTraceWithLink_startsRootThatLinksToRequest() throws Exception {
    SpanData span = dispatched(TraceMode.NEW_TRACE_WITH_LINK, REQUEST);
    assertThat(span.getTraceId()).isNotEqualTo(REQUEST.getTraceId());
    assertThat(span.getParentSpanContext().isValid()).isFalse();
    assertThat(span.getLinks()).extracting(LinkData::getSpanContext).containsExactly(REQUEST);
  }

  @ParameterizedTest
  @EnumSource(TraceMode.class)
  void startsRootWithoutLink_whenNoSpanIsCurrent(TraceMode mode) throws Exception {
    SpanData span = dispatched(mode, SpanContext.getInvalid());
    assertThat(span.getSpanContext().isValid()).isTrue();
    assertThat(span.getParentSpanContext().isValid()).isFalse();
    assertThat(span.getLinks()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(TraceMode.class)
  void keepsTraceState_exceptInNewTrace(TraceMode mode) throws Exception {
    TraceState expected = mode == TraceMode.NEW_TRACE_WITH_LINK ? TraceState.getDefault() : STATE;
    assertThat(dispatched(mode, REQUEST).getSpanContext().getTraceState()).isEqualTo(expected);
  }

  @ParameterizedTest
  @EnumSource(TraceMode.class)
  void spanIsInternal_orConsumerForNewTrace(TraceMode mode) throws Exception {
    SpanKind expected =
        mode == TraceMode.NEW_TRACE_WITH_LINK ? SpanKind.CONSUMER : SpanKind.INTERNAL;
    assertThat(dispatched(mode, REQUEST).getKind()).isEqualTo(expected);
  }

  @Test
  void spanHasKindOfOptions() throws Exception {
    SpanData span =
        dispatched(
            engine.workers(),
            TaskOptions.named("task")
                .traceMode(TraceMode.NEW_TRACE_WITH_LINK)
                .spanKind(SpanKind.CLIENT),
            REQUEST);
    assertThat(span.getKind()).isEqualTo(SpanKind.CLIENT);
  }

  @Test
  void workersGiveTraceMode_whenOptionsHaveNone() throws Exception {
    BackgroundWorkers workers = engine.workers(o -> o.traceMode(TraceMode.NEW_TRACE_WITH_LINK));
    SpanData span = dispatched(workers, TaskOptions.named("task"), REQUEST);
    assertThat(span.getLinks()).hasSize(1);
    assertThat(span.getKind()).isEqualTo(SpanKind.CONSUMER);
  }

  @Test
  void optionsGoBeforeTraceModeOfWorkers() throws Exception {
    BackgroundWorkers workers = engine.workers(o -> o.traceMode(TraceMode.NEW_TRACE_WITH_LINK));
    SpanData span =
        dispatched(workers, TaskOptions.named("task").traceMode(TraceMode.CHILD), REQUEST);
    assertThat(span.getParentSpanId()).isEqualTo(REQUEST.getSpanId());
  }

  @Test
  void child_isStillChild_whenDispatchingSpanEndedLongAgo() throws Exception {
    Span request = engine.startSpan("request");
    BlockingTask first = engine.blocking();
    BackgroundWorkers workers = engine.workers(o -> o.concurrency(1));
    workers.dispatcher().dispatch("first", first);
    DispatchedTask task;
    try (Scope ignored = request.makeCurrent()) {
      task = workers.dispatcher().dispatch("task", () -> {});
    }
    request.end();
    first.release();
    assertThat(outcome(task)).isEqualTo(TaskState.SUCCEEDED);
    SpanData span = engine.span("task");
    assertThat(span.getParentSpanId()).isEqualTo(request.getSpanContext().getSpanId());
    assertThat(span.getStartEpochNanos()).isGreaterThan(engine.span("request").getEndEpochNanos());
  }

  @Test
  void successLeavesStatusUnset_andTellsOnlyTimeInQueue() throws Exception {
    SpanData span = dispatched(TraceMode.CHILD, REQUEST);
    assertThat(span.getStatus().getStatusCode()).isEqualTo(StatusCode.UNSET);
    assertThat(span.getEvents()).isEmpty();
    assertThat(span.getAttributes().asMap()).hasSize(1);
    assertThat(
            span.getAttributes()
                .get(
                    io.opentelemetry.api.common.AttributeKey.doubleKey(
                        "afterspan.task.time_in_queue")))
        .isBetween(0.0, 30.0);
    assertThat(span.getInstrumentationScopeInfo().getName()).isEqualTo("io.github.afterspan");
  }

  private SpanData dispatched(TraceMode mode, SpanContext current) throws Exception {
    return dispatched(engine.workers(), TaskOptions.named("task").traceMode(mode), current);
  }

  private SpanData dispatched(BackgroundWorkers workers, TaskOptions options, SpanContext current)
      throws Exception {
    DispatchedTask task;
    try (Scope ignored = Span.wrap(current).makeCurrent()) {
      task = workers.dispatcher().dispatch(options, () -> {});
    }
    assertThat(outcome(task)).isEqualTo(TaskState.SUCCEEDED);
    return engine.span("task");
  }
}
