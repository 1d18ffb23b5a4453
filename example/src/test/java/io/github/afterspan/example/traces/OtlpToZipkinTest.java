// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.example.traces;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.ArrayValue;
import io.opentelemetry.proto.common.v1.InstrumentationScope;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.resource.v1.Resource;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import zipkin2.Annotation;

@Timeout(10)
class OtlpToZipkinTest {

  private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";

  @Test
  void keepsIdsTimesKindAndNames() {
    zipkin2.Span zipkin =
        translate(
            span()
                .setKind(Span.SpanKind.SPAN_KIND_SERVER)
                .setParentSpanId(bytes("00f067aa0ba902b7"))
                .setStartTimeUnixNano(5_000_000)
                .setEndTimeUnixNano(7_500_000));

    assertThat(zipkin.traceId()).isEqualTo(TRACE);
    assertThat(zipkin.id()).isEqualTo("b7ad6b7169203331");
    assertThat(zipkin.parentId()).isEqualTo("00f067aa0ba902b7");
    assertThat(zipkin.kind()).isEqualTo(zipkin2.Span.Kind.SERVER);
    assertThat(zipkin.timestampAsLong()).isEqualTo(5_000);
    assertThat(zipkin.durationAsLong()).isEqualTo(2_500);
    assertThat(zipkin.localServiceName()).isEqualTo("shop");
    assertThat(zipkin.name()).isEqualTo("dowork");
    assertThat(zipkin.tags())
        .containsEntry("otel.span.name", "doWork")
        .containsEntry("otel.scope.name", "test");
  }

  @Test
  void keepsAttributesOfEveryType() {
    zipkin2.Span zipkin =
        translate(
            span()
                .addAttributes(attribute("text", AnyValue.newBuilder().setStringValue("a")))
                .addAttributes(attribute("flag", AnyValue.newBuilder().setBoolValue(true)))
                .addAttributes(attribute("count", AnyValue.newBuilder().setIntValue(3)))
                .addAttributes(attribute("share", AnyValue.newBuilder().setDoubleValue(0.5)))
                .addAttributes(
                    attribute(
                        "list",
                        AnyValue.newBuilder()
                            .setArrayValue(
                                ArrayValue.newBuilder()
                                    .addValues(AnyValue.newBuilder().setStringValue("x"))
                                    .addValues(AnyValue.newBuilder().setIntValue(1))))));

    assertThat(zipkin.tags())
        .containsEntry("text", "a")
        .containsEntry("flag", "true")
        .containsEntry("count", "3")
        .containsEntry("share", "0.5")
        .containsEntry("list", "[x, 1]");
  }

  @Test
  void showsErrorsEventsAndLinks() {
    zipkin2.Span zipkin =
        translate(
            span()
                .setStatus(
                    Status.newBuilder()
                        .setCode(Status.StatusCode.STATUS_CODE_ERROR)
                        .setMessage("550 refused"))
                .addEvents(
                    Span.Event.newBuilder()
                        .setName("exception")
                        .setTimeUnixNano(6_000_000)
                        .addAttributes(
                            attribute(
                                "exception.message",
                                AnyValue.newBuilder().setStringValue("550 refused")))
                        .addAttributes(
                            attribute(
                                "exception.stacktrace",
                                AnyValue.newBuilder().setStringValue("at ...")))
                        .build())
                .addLinks(
                    Span.Link.newBuilder()
                        .setTraceId(bytes(TRACE))
                        .setSpanId(bytes("00f067aa0ba902b7"))
                        .build()));

    assertThat(zipkin.tags())
        .containsEntry("error", "550 refused")
        .containsEntry("otel.status_code", "ERROR")
        .containsEntry("otel.link.0", "trace " + TRACE + " span 00f067aa0ba902b7");
    assertThat(zipkin.annotations())
        .containsExactly(Annotation.create(6_000, "exception: exception.message=550 refused"));
  }

  @Test
  void skipsSpan_whenItsIdsAreMalformed() {
    assertThat(OtlpToZipkin.spans(export(span().setSpanId(bytes("00")))).isEmpty()).isTrue();
    assertThat(OtlpToZipkin.spans(export(span().setTraceId(ByteString.EMPTY)))).isEmpty();
  }

  private static zipkin2.Span translate(Span.Builder span) {
    List<zipkin2.Span> spans = OtlpToZipkin.spans(export(span));
    assertThat(spans).hasSize(1);
    return spans.get(0);
  }

  private static ExportTraceServiceRequest export(Span.Builder span) {
    KeyValue service = attribute("service.name", AnyValue.newBuilder().setStringValue("shop"));
    return ExportTraceServiceRequest.newBuilder()
        .addResourceSpans(
            ResourceSpans.newBuilder()
                .setResource(Resource.newBuilder().addAttributes(service))
                .addScopeSpans(
                    ScopeSpans.newBuilder()
                        .setScope(InstrumentationScope.newBuilder().setName("test"))
                        .addSpans(span)))
        .build();
  }

  private static Span.Builder span() {
    return Span.newBuilder()
        .setTraceId(bytes(TRACE))
        .setSpanId(bytes("b7ad6b7169203331"))
        .setName("doWork")
        .setStartTimeUnixNano(5_000_000)
        .setEndTimeUnixNano(6_000_000);
  }

  private static KeyValue attribute(String key, AnyValue.Builder value) {
    return KeyValue.newBuilder().setKey(key).setValue(value).build();
  }

  private static ByteString bytes(String hex) {
    return ByteString.copyFrom(HexFormat.of().parseHex(hex));
  }
}
