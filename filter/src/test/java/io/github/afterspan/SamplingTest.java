// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan;

import static io.github.afterspan.Outcomes.outcome;
import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import io.opentelemetry.sdk.trace.samplers.SamplingResult;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(60)
class SamplingTest {

  private static final AttributeKey<String> TENANT = AttributeKey.stringKey("tenant");

  /** Drops what has a remote parent, so that a local and a remote one can be told apart. */
  @RegisterExtension
  final Engine engine =
      new Engine(
          Sampler.parentBasedBuilder(new TenantSampler())
              .setRemoteParentSampled(Sampler.alwaysOff())
              .build());

  private final SpanContext[] seen = new SpanContext[1];

  @Test
  void child_isSampled_whenRequestIs() throws Exception {
    dispatch(TaskOptions.named("task"), TraceFlags.getSampled());
    assertThat(seen[0].isSampled()).isTrue();
    assertThat(engine.spans("task")).hasSize(1);
  }

  @ParameterizedTest
  @EnumSource(
      value = TraceMode.class,
      names = {"CHILD", "REMOTE_CHILD", "CHILD_WITH_LINK"})
  void child_isUnsampledButInTrace_whenRequestIsUnsampled(TraceMode mode) throws Exception {
    SpanContext request =
        dispatch(TaskOptions.named("task").traceMode(mode), TraceFlags.getDefault());
    assertThat(seen[0].isSampled()).isFalse();
    assertThat(seen[0].getTraceId()).isEqualTo(request.getTraceId());
    assertThat(seen[0].getTraceState()).isEqualTo(request.getTraceState());
    assertThat(engine.spans("task")).isEmpty();
  }

  @Test
  void remoteChild_isSampledByRuleForRemoteParents() throws Exception {
    dispatch(TaskOptions.named("task").traceMode(TraceMode.REMOTE_CHILD), TraceFlags.getSampled());
    assertThat(seen[0].isSampled()).isFalse();
  }

  @Test
  void newTrace_isSampledAnew_withAttributesLinkKindAndName() throws Exception {
    TaskOptions options =
        TaskOptions.named("task")
            .traceMode(TraceMode.NEW_TRACE_WITH_LINK)
            .attributes(Attributes.of(TENANT, "blue"));
    SpanContext request = dispatch(options, TraceFlags.getDefault());
    assertThat(seen[0].isSampled()).isTrue();
    assertThat(seen[0].getTraceId()).isNotEqualTo(request.getTraceId());
    assertThat(engine.span("task").getAttributes().get(TENANT)).isEqualTo("blue");
  }

  @Test
  void newTrace_isDropped_whenSamplerSeesOtherAttributes() throws Exception {
    TaskOptions options =
        TaskOptions.named("task")
            .traceMode(TraceMode.NEW_TRACE_WITH_LINK)
            .attributes(Attributes.of(TENANT, "red"));
    dispatch(options, TraceFlags.getSampled());
    assertThat(seen[0].isSampled()).isFalse();
  }

  private SpanContext dispatch(TaskOptions options, TraceFlags flags) throws Exception {
    SpanContext request =
        SpanContext.create(
            "0af7651916cd43dd8448eb211c80319c",
            "b7ad6b7169203331",
            flags,
            TraceState.builder().put("vendor", "value").build());
    DispatchedTask task;
    try (Scope ignored = Span.wrap(request).makeCurrent()) {
      task =
          engine
              .workers()
              .dispatcher()
              .dispatch(options, () -> seen[0] = Span.current().getSpanContext());
    }
    assertThat(outcome(task)).isEqualTo(TaskState.SUCCEEDED);
    return request;
  }

  /** Samples the tasks of one tenant, provided that all it needs to decide is there. */
  private static final class TenantSampler implements Sampler {

    @Override
    public SamplingResult shouldSample(
        Context parent,
        String traceId,
        String name,
        SpanKind kind,
        Attributes attributes,
        List<LinkData> links) {
      boolean complete =
          name.equals("task")
              && kind == SpanKind.CONSUMER
              && links.size() == 1
              && "blue".equals(attributes.get(TENANT));
      return complete ? SamplingResult.recordAndSample() : SamplingResult.drop();
    }

    @Override
    public String getDescription() {
      return "tenants";
    }
  }
}
