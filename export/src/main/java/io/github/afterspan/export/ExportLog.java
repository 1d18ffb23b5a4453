// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.export;

import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Collectors;

/**
 * The log lines, where the SDK's own are: with {@code java.util.logging}, which the Java agent
 * turns into its own log. While the JVM exits they go to {@code System.err} as well, since that log
 * resets itself in a shutdown hook of its own.
 */
final class ExportLog {

  private static final int MOST_IDS = 20;

  private ExportLog() {}

  static void warn(String message) {
    Logger.getLogger(ExportLog.class.getName()).log(Level.WARNING, message);
    if (LiveWorkers.isExiting()) {
      System.err.println("WARN " + Ledger.SCOPE + ".export: " + message);
    }
  }

  static void warn(String message, List<PendingSpan> spans) {
    warn(message + "; " + names(spans));
  }

  /** The trace ids, and of each the span: what somebody searches for. Never what is in the span. */
  private static String names(List<PendingSpan> spans) {
    String named =
        spans.stream()
            .limit(MOST_IDS)
            .map(entry -> "\"" + entry.span.getName() + "\" (trace " + entry.traceId() + ")")
            .collect(Collectors.joining(", "));
    int more = spans.size() - MOST_IDS;
    return more > 0 ? named + " and " + more + " more" : named;
  }
}
