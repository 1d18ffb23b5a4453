// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it;

import com.google.protobuf.ByteString;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.trace.v1.Span;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A span as it arrived at the {@link OtlpReceiver}, with ids in hexadecimal.
 *
 * <p>Immutable, safe for use by several threads.
 *
 * @param traceId 32 hexadecimal digits
 * @param spanId 16 hexadecimal digits
 * @param parentSpanId 16 hexadecimal digits, or empty for a root
 * @param remoteParent whether the parent was flagged as remote
 * @param name the span's name
 * @param kind the span's kind, without prefix: {@code INTERNAL}, {@code CONSUMER}, ...
 * @param start when it started
 * @param end when it ended
 * @param status {@code UNSET}, {@code OK} or {@code ERROR}
 * @param statusDescription empty unless the status has one
 * @param attributes by key; strings, booleans, longs and doubles as such, the rest as text
 * @param events in the order of the span
 * @param links in the order of the span
 * @param scope the name of the instrumentation scope
 */
public record ReceivedSpan(
    String traceId,
    String spanId,
    String parentSpanId,
    boolean remoteParent,
    String name,
    String kind,
    Instant start,
    Instant end,
    String status,
    String statusDescription,
    Map<String, Object> attributes,
    List<Event> events,
    List<Link> links,
    String scope) {

  private static final int HAS_IS_REMOTE = 0x100;
  private static final int IS_REMOTE = 0x200;

  /**
   * An event of a span.
   *
   * @param name the event's name
   * @param attributes by key
   */
  public record Event(String name, Map<String, Object> attributes) {}

  /**
   * A link of a span.
   *
   * @param traceId of the span linked to
   * @param spanId of the span linked to
   */
  public record Link(String traceId, String spanId) {}

  static ReceivedSpan of(Span span, String scope) {
    return new ReceivedSpan(
        hex(span.getTraceId()),
        hex(span.getSpanId()),
        hex(span.getParentSpanId()),
        (span.getFlags() & (HAS_IS_REMOTE | IS_REMOTE)) == (HAS_IS_REMOTE | IS_REMOTE),
        span.getName(),
        span.getKind().name().replace("SPAN_KIND_", ""),
        instant(span.getStartTimeUnixNano()),
        instant(span.getEndTimeUnixNano()),
        span.getStatus().getCode().name().replace("STATUS_CODE_", ""),
        span.getStatus().getMessage(),
        attributes(span.getAttributesList()),
        span.getEventsList().stream()
            .map(event -> new Event(event.getName(), attributes(event.getAttributesList())))
            .toList(),
        span.getLinksList().stream()
            .map(link -> new Link(hex(link.getTraceId()), hex(link.getSpanId())))
            .toList(),
        scope);
  }

  /**
   * Tells whether the span has no parent.
   *
   * @return true for the root of a trace
   */
  public boolean isRoot() {
    return parentSpanId.isEmpty();
  }

  @Override
  public String toString() {
    return name
        + "{trace="
        + traceId
        + ", span="
        + spanId
        + ", parent="
        + (isRoot() ? "none" : parentSpanId)
        + ", status="
        + status
        + ", "
        + start
        + " to "
        + end
        + ", attributes="
        + attributes
        + '}';
  }

  private static String hex(ByteString id) {
    return HexFormat.of().formatHex(id.toByteArray());
  }

  private static Instant instant(long unixNanos) {
    return Instant.ofEpochSecond(0, unixNanos);
  }

  private static Map<String, Object> attributes(List<KeyValue> attributes) {
    Map<String, Object> byKey = new TreeMap<>();
    attributes.forEach(attribute -> byKey.put(attribute.getKey(), value(attribute.getValue())));
    return Map.copyOf(byKey);
  }

  private static Object value(AnyValue value) {
    return switch (value.getValueCase()) {
      case STRING_VALUE -> value.getStringValue();
      case BOOL_VALUE -> value.getBoolValue();
      case INT_VALUE -> value.getIntValue();
      case DOUBLE_VALUE -> value.getDoubleValue();
      default -> value.toString();
    };
  }
}
