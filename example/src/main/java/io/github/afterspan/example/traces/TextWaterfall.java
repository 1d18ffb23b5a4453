// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.example.traces;

import io.github.afterspan.example.traces.Waterfall.Row;
import io.github.afterspan.example.traces.Waterfall.Tie;
import java.util.Locale;

/**
 * A {@link Waterfall} as text for a terminal: for each span its name, start, end and parent, a bar,
 * and what is wrong with it. Nothing but ASCII.
 */
public final class TextWaterfall {

  private static final int BAR = 44;
  private static final String INDENT = "  ";

  private final StringBuilder text = new StringBuilder();
  private final Waterfall waterfall;
  private final long response;
  private final long zero;
  private final long end;
  private final int nameWidth;
  private final int parentWidth;

  private TextWaterfall(Waterfall waterfall, long request, long response) {
    this.waterfall = waterfall;
    this.response = response;
    this.zero =
        Math.min(
            request, waterfall.rows().stream().mapToLong(Row::startMicros).min().orElse(request));
    this.end =
        Math.max(
            response, waterfall.rows().stream().mapToLong(Row::endMicros).max().orElse(response));
    this.nameWidth = waterfall.rows().stream().mapToInt(row -> name(row).length()).max().orElse(4);
    this.parentWidth =
        Math.max(
            "parent".length(),
            waterfall.rows().stream().mapToInt(row -> parent(row).length()).max().orElse(0));
  }

  /**
   * Returns the text.
   *
   * @param waterfall the spans
   * @param requestMicros when the client sent its request, in microseconds since the epoch: zero
   * @param responseMicros when the client had its whole response
   * @return lines, each with a line end
   */
  public static String of(Waterfall waterfall, long requestMicros, long responseMicros) {
    return new TextWaterfall(waterfall, requestMicros, responseMicros).draw();
  }

  private String draw() {
    if (waterfall.rows().isEmpty()) {
      return INDENT + "no span has arrived\n";
    }
    line(
        "span",
        "start",
        "end",
        "parent",
        "0 ms" + " ".repeat(BAR - 4 - millis(end).length()) + millis(end));
    String traceId = "";
    for (Row row : waterfall.rows()) {
      if (!row.traceId().equals(traceId)) {
        traceId = row.traceId();
        text.append(INDENT).append("trace ").append(traceId).append('\n');
      }
      line(name(row), millis(row.startMicros()), millis(row.endMicros()), parent(row), bar(row));
    }
    line("", "", "", "", " ".repeat(column(response)) + "^");
    text.append(INDENT)
        .append("The client had its response at ")
        .append(millis(response))
        .append(" (^).\n");
    waterfall.rows().forEach(this::remark);
    return text.toString();
  }

  private void line(String name, String start, String end, String parent, String bar) {
    String format = "%s%-" + nameWidth + "s  %10s  %10s  %-" + parentWidth + "s  %s";
    text.append(
            String.format(Locale.ROOT, format, INDENT, name, start, end, parent, bar)
                .stripTrailing())
        .append('\n');
  }

  private void remark(Row row) {
    if (row.tie() == Tie.ORPHAN) {
      text.append(INDENT)
          .append("ORPHAN: ")
          .append(row.name())
          .append(" has no parent and a trace of its own; nothing leads to it from the order.\n");
    }
    if (row.tie() == Tie.MISSING_PARENT) {
      text.append(INDENT)
          .append("MISSING PARENT: ")
          .append(row.name())
          .append(" names a parent, ")
          .append(row.parentId())
          .append(", that has not arrived.\n");
    }
    if (row.error() != null) {
      text.append(INDENT)
          .append("ERROR: ")
          .append(row.name())
          .append(' ')
          .append(row.error())
          .append('\n');
    }
  }

  private static String name(Row row) {
    return "  ".repeat(row.depth() + 1) + row.name();
  }

  private static String parent(Row row) {
    return switch (row.tie()) {
      case ROOT -> "-";
      case CHILD -> String.valueOf(row.parentName());
      case ORPHAN -> "- ORPHAN";
      case MISSING_PARENT -> row.parentId() + " MISSING";
    };
  }

  private String bar(Row row) {
    StringBuilder bar = new StringBuilder(" ".repeat(BAR + 1));
    for (int column = column(row.startMicros()); column <= column(row.endMicros()); column++) {
      bar.setCharAt(column, '=');
    }
    int line = column(response);
    bar.setCharAt(line, bar.charAt(line) == '=' ? '+' : '|');
    return bar.toString();
  }

  private int column(long micros) {
    long length = Math.max(1, end - zero);
    return (int) Math.max(0, Math.min(BAR - 1, (micros - zero) * (BAR - 1) / length));
  }

  private String millis(long micros) {
    return String.format(Locale.ROOT, "%.1f ms", (micros - zero) / 1000.0);
  }
}
