// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.example.traces;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import zipkin2.Span;

/**
 * The spans of one order, in the order to draw them, and what is wrong with them.
 *
 * <p>Zipkin's UI draws a span without its parent as if all were well, so this judges by the ids.
 * Immutable.
 *
 * @param rows the spans: the trace of the request first, children below their parents
 */
public record Waterfall(List<Row> rows) {

  /** How a span is tied to the others. */
  public enum Tie {
    /** The first span of the request's trace. */
    ROOT,
    /** It has its parent. */
    CHILD,
    /** The first span of another trace: nothing leads from the request to it. */
    ORPHAN,
    /** Its parent has not arrived. */
    MISSING_PARENT
  }

  /**
   * One span.
   *
   * @param traceId its trace
   * @param spanId its id
   * @param parentId its parent's id, or null
   * @param parentName its parent's name, or null if it has none or that has not arrived
   * @param name its name
   * @param startMicros when it started, in microseconds since the epoch
   * @param endMicros when it ended
   * @param depth how many spans lie above it
   * @param tie how it is tied to the others
   * @param error what failed, or null
   */
  public record Row(
      String traceId,
      String spanId,
      @Nullable String parentId,
      @Nullable String parentName,
      String name,
      long startMicros,
      long endMicros,
      int depth,
      Tie tie,
      @Nullable String error) {}

  /** Copies the rows. */
  public Waterfall {
    rows = List.copyOf(rows);
  }

  /**
   * Returns the waterfall of some traces.
   *
   * @param traces the traces, each a list of its spans
   * @param requestTraceId which of them is the request's
   * @return the waterfall
   * @throws IllegalArgumentException if the request's trace is no trace id
   */
  public static Waterfall of(List<List<Span>> traces, @Nullable String requestTraceId) {
    // Zipkin leaves out the upper half of an id if that is zero.
    String request = requestTraceId == null ? null : Span.normalizeTraceId(requestTraceId);
    List<Row> rows = new ArrayList<>();
    traces.stream()
        .sorted(
            Comparator.comparing((List<Span> trace) -> !isTrace(trace, request))
                .thenComparing(
                    trace -> trace.stream().mapToLong(Span::timestampAsLong).min().orElse(0)))
        .forEach(trace -> addTrace(rows, trace, isTrace(trace, request)));
    return new Waterfall(rows);
  }

  /**
   * Returns whether a span of a name has arrived.
   *
   * @param name the name
   * @return true if so
   */
  public boolean has(String name) {
    return rows.stream().anyMatch(row -> row.name().equals(name));
  }

  private static boolean isTrace(List<Span> trace, @Nullable String traceId) {
    return !trace.isEmpty() && trace.get(0).traceId().equals(traceId);
  }

  private static void addTrace(List<Row> rows, List<Span> trace, boolean ofRequest) {
    Map<String, Span> byId =
        trace.stream().collect(Collectors.toMap(Span::id, Function.identity(), (a, b) -> a));
    trace.stream()
        .filter(span -> span.parentId() == null || !byId.containsKey(span.parentId()))
        .sorted(Comparator.comparingLong(Span::timestampAsLong))
        .forEach(
            top -> {
              Tie tie = ofRequest ? Tie.ROOT : Tie.ORPHAN;
              addWithChildren(
                  rows, trace, null, top, top.parentId() == null ? tie : Tie.MISSING_PARENT, 0);
            });
  }

  private static void addWithChildren(
      List<Row> rows, List<Span> trace, @Nullable Span parent, Span span, Tie tie, int depth) {
    rows.add(row(span, parent, tie, depth));
    trace.stream()
        .filter(child -> Objects.equals(child.parentId(), span.id()))
        .sorted(Comparator.comparingLong(Span::timestampAsLong))
        .forEach(child -> addWithChildren(rows, trace, span, child, Tie.CHILD, depth + 1));
  }

  private static Row row(Span span, @Nullable Span parent, Tie tie, int depth) {
    long start = span.timestampAsLong();
    return new Row(
        span.traceId(),
        span.id(),
        span.parentId(),
        parent == null ? null : name(parent),
        name(span),
        start,
        start + span.durationAsLong(),
        depth,
        tie,
        span.tags().get("error"));
  }

  private static String name(Span span) {
    return span.tags().getOrDefault(OtlpToZipkin.NAME_TAG, String.valueOf(span.name()));
  }
}
