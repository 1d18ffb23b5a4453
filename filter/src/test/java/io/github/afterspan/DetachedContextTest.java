// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opentelemetry.api.baggage.Baggage;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.ContextKey;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(60)
class DetachedContextTest {

  private static final ContextKey<String> REQUEST = ContextKey.named("request");
  private static final SpanContext SPAN =
      SpanContext.create(
          "0af7651916cd43dd8448eb211c80319c",
          "b7ad6b7169203331",
          TraceFlags.getSampled(),
          TraceState.builder().put("vendor", "value").build());
  private static final Baggage TENANT = Baggage.builder().put("tenant", "blue").build();
  private static final Context FULL =
      Context.root().with(Span.wrap(SPAN)).with(TENANT).with(REQUEST, "alice");

  @Test
  void keepsSpanContextAndBaggage_andNothingElse() {
    Context detached = DetachedContext.detach(FULL);
    assertThat(Span.fromContext(detached).getSpanContext()).isEqualTo(SPAN);
    assertThat(Baggage.fromContext(detached)).isEqualTo(TENANT);
    assertThat(detached.get(REQUEST)).isNull();
  }

  @Test
  void keepsSpanContextAsItIs_whenChildOrLinked() {
    for (TraceMode mode : new TraceMode[] {TraceMode.CHILD, TraceMode.CHILD_WITH_LINK}) {
      Context detached = DetachedContext.detach(FULL, mode);
      assertThat(Span.fromContext(detached).getSpanContext()).isEqualTo(SPAN);
    }
  }

  @Test
  void flagsSpanContextAsRemote_whenRemoteChild() {
    Context detached = DetachedContext.detach(FULL, TraceMode.REMOTE_CHILD);
    SpanContext remote = Span.fromContext(detached).getSpanContext();
    assertThat(remote.isRemote()).isTrue();
    assertThat(remote.getTraceId()).isEqualTo(SPAN.getTraceId());
    assertThat(remote.getSpanId()).isEqualTo(SPAN.getSpanId());
    assertThat(remote.getTraceFlags()).isEqualTo(SPAN.getTraceFlags());
    assertThat(remote.getTraceState()).isEqualTo(SPAN.getTraceState());
  }

  @Test
  void dropsSpanAndKeepsBaggage_whenNewTrace() {
    Context detached = DetachedContext.detach(FULL, TraceMode.NEW_TRACE_WITH_LINK);
    assertThat(Span.fromContextOrNull(detached)).isNull();
    assertThat(Baggage.fromContext(detached)).isEqualTo(TENANT);
  }

  @ParameterizedTest
  @EnumSource(TraceMode.class)
  void isRoot_whenThereIsNeitherSpanNorBaggage(TraceMode mode) {
    Context empty = Context.root().with(REQUEST, "alice").with(Span.getInvalid());
    assertThat(DetachedContext.detach(empty, mode)).isSameAs(Context.root());
  }

  @Test
  void refusesNull() {
    assertThatThrownBy(() -> DetachedContext.detach(null))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("context");
    assertThatThrownBy(() -> DetachedContext.detach(FULL, null))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("mode");
  }
}
