// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.example.traces;

import com.google.protobuf.ByteString;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.resource.v1.Resource;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import zipkin2.Endpoint;

/**
 * Says in Zipkin's terms what OTLP says, after OpenTelemetry's own mapping. Zipkin knows no links:
 * they become tags. It lower-cases names: the name as it was is the tag {@value #NAME_TAG}.
 */
final class OtlpToZipkin {

  static final String NAME_TAG = "otel.span.name";

  private OtlpToZipkin() {}

  static List<zipkin2.Span> spans(ExportTraceServiceRequest export) {
    List<zipkin2.Span> spans = new ArrayList<>();
    for (ResourceSpans resource : export.getResourceSpansList()) {
      Endpoint service =
          Endpoint.newBuilder().serviceName(serviceName(resource.getResource())).build();
      for (ScopeSpans scope : resource.getScopeSpansList()) {
        for (Span span : scope.getSpansList()) {
          if (span.getTraceId().size() == 16 && span.getSpanId().size() == 8) {
            spans.add(span(span, service, scope.getScope().getName()));
          }
        }
      }
    }
    return spans;
  }

  private static zipkin2.Span span(Span span, Endpoint service, String scope) {
    long start = TimeUnit.NANOSECONDS.toMicros(span.getStartTimeUnixNano());
    long end = TimeUnit.NANOSECONDS.toMicros(span.getEndTimeUnixNano());
    zipkin2.Span.Builder zipkin =
        zipkin2.Span.newBuilder()
            .traceId(hex(span.getTraceId()))
            .id(hex(span.getSpanId()))
            .name(span.getName())
            .kind(kind(span.getKind()))
            .timestamp(start)
            .duration(Math.max(1, end - start))
            .localEndpoint(service)
            .putTag(NAME_TAG, span.getName());
    if (!span.getParentSpanId().isEmpty()) {
      zipkin.parentId(hex(span.getParentSpanId()));
    }
    if (!scope.isEmpty()) {
      zipkin.putTag("otel.scope.name", scope);
    }
    for (KeyValue attribute : span.getAttributesList()) {
      zipkin.putTag(attribute.getKey(), text(attribute.getValue()));
    }
    addStatus(zipkin, span.getStatus());
    addEvents(zipkin, span);
    addLinks(zipkin, span);
    return zipkin.build();
  }

  private static void addStatus(zipkin2.Span.Builder zipkin, Status status) {
    if (status.getCode() == Status.StatusCode.STATUS_CODE_ERROR) {
      zipkin.putTag("otel.status_code", "ERROR").putTag("error", status.getMessage());
    } else if (status.getCode() == Status.StatusCode.STATUS_CODE_OK) {
      zipkin.putTag("otel.status_code", "OK");
    }
  }

  private static void addEvents(zipkin2.Span.Builder zipkin, Span span) {
    for (Span.Event event : span.getEventsList()) {
      String attributes =
          event.getAttributesList().stream()
              .filter(attribute -> !attribute.getKey().equals("exception.stacktrace"))
              .map(attribute -> attribute.getKey() + "=" + text(attribute.getValue()))
              .collect(Collectors.joining(", "));
      zipkin.addAnnotation(
          TimeUnit.NANOSECONDS.toMicros(event.getTimeUnixNano()),
          attributes.isEmpty() ? event.getName() : event.getName() + ": " + attributes);
    }
  }

  private static void addLinks(zipkin2.Span.Builder zipkin, Span span) {
    for (int i = 0; i < span.getLinksCount(); i++) {
      Span.Link link = span.getLinks(i);
      zipkin.putTag(
          "otel.link." + i, "trace " + hex(link.getTraceId()) + " span " + hex(link.getSpanId()));
    }
  }

  private static zipkin2.Span.@Nullable Kind kind(Span.SpanKind kind) {
    return switch (kind) {
      case SPAN_KIND_SERVER -> zipkin2.Span.Kind.SERVER;
      case SPAN_KIND_CLIENT -> zipkin2.Span.Kind.CLIENT;
      case SPAN_KIND_PRODUCER -> zipkin2.Span.Kind.PRODUCER;
      case SPAN_KIND_CONSUMER -> zipkin2.Span.Kind.CONSUMER;
      default -> null;
    };
  }

  private static String serviceName(Resource resource) {
    return resource.getAttributesList().stream()
        .filter(attribute -> attribute.getKey().equals("service.name"))
        .map(attribute -> text(attribute.getValue()))
        .findFirst()
        .orElse("unknown");
  }

  private static String text(AnyValue value) {
    return switch (value.getValueCase()) {
      case STRING_VALUE -> value.getStringValue();
      case BOOL_VALUE -> Boolean.toString(value.getBoolValue());
      case INT_VALUE -> Long.toString(value.getIntValue());
      case DOUBLE_VALUE -> Double.toString(value.getDoubleValue());
      case ARRAY_VALUE ->
          value.getArrayValue().getValuesList().stream()
              .map(OtlpToZipkin::text)
              .collect(Collectors.joining(", ", "[", "]"));
      default -> value.toString();
    };
  }

  private static String hex(ByteString bytes) {
    return HexFormat.of().formatHex(bytes.toByteArray());
  }
}
