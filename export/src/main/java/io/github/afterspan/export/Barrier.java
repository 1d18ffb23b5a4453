// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.export;

import io.github.afterspan.export.PendingSpan.State;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.SpanProcessor;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Waits until the background spans that have ended are exported, and sees to it that they are. One
 * flush of the SDK's processor is not enough: T1 ends a span while the processor is exporting for
 * T2's flush; T1's flush is told the success of T2's, and its span has not been exported. So this
 * flushes until the exporter has answered for every span.
 *
 * <p>Safe for use by several threads.
 */
final class Barrier {

  /** How often the processor may flush without passing a span on before it counts as dropped. */
  private static final int MOST_ROUNDS = 6;

  private static final long FIRST_PAUSE = TimeUnit.MILLISECONDS.toNanos(1);
  private static final long LONGEST_PAUSE = TimeUnit.MILLISECONDS.toNanos(500);

  private final SpanProcessor processor;
  private final List<WatchedExporter> exporters;
  private final SpanCounts counts;

  Barrier(SpanProcessor processor, List<WatchedExporter> exporters, SpanCounts counts) {
    this.processor = processor;
    this.exporters = exporters;
    this.counts = counts;
  }

  boolean isPassed() {
    return exporters.stream().allMatch(exporter -> exporter.ledger.isEmpty());
  }

  /** Returns what had ended before and is not exported within the time. */
  List<PendingSpan> pass(Duration within) {
    long deadline = System.nanoTime() + Durations.nanos(within);
    List<List<PendingSpan>> ended = new ArrayList<>();
    exporters.forEach(exporter -> ended.add(exporter.ledger.pending()));
    try {
      flushUntilSettled(ended, deadline);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return ended.stream().flatMap(List::stream).toList();
  }

  private void flushUntilSettled(List<List<PendingSpan>> ended, long deadline)
      throws InterruptedException {
    long pause = FIRST_PAUSE;
    int rounds = 0;
    while (true) {
      boolean flushed = flush(deadline);
      for (int i = 0; i < exporters.size(); i++) {
        exporters.get(i).retry(ended.get(i), deadline);
        exporters.get(i).ledger.awaitAnswers(ended.get(i), deadline);
        ended.get(i).removeIf(entry -> entry.is(State.SETTLED));
      }
      if (flushed && ++rounds >= MOST_ROUNDS) {
        passOnDropped(ended, deadline);
      }
      long left = deadline - System.nanoTime();
      if (left <= 0 || ended.stream().allMatch(List::isEmpty)) {
        return;
      }
      TimeUnit.NANOSECONDS.sleep(Math.min(pause, left));
      pause = Math.min(pause * 2, LONGEST_PAUSE);
    }
  }

  /** Tells whether the flush was over in time. That it was a success it says in any case. */
  private boolean flush(long deadline) {
    CompletableResultCode result = processor.forceFlush();
    return result.join(Math.max(1, deadline - System.nanoTime()), TimeUnit.NANOSECONDS).isDone();
  }

  /**
   * Exports what the processor has dropped, since its queue was full or since it was shut down, and
   * counts as lost what cannot be helped.
   */
  private void passOnDropped(List<List<PendingSpan>> ended, long deadline)
      throws InterruptedException {
    for (int i = 0; i < exporters.size(); i++) {
      List<PendingSpan> dropped =
          ended.get(i).stream().filter(entry -> entry.is(State.WAITING)).toList();
      if (dropped.isEmpty()) {
        continue;
      }
      WatchedExporter exporter = exporters.get(i);
      if (processor instanceof BatchSpanProcessor) {
        dropped.forEach(exporter.ledger::dropped);
        exporter.retry(dropped, deadline);
      } else {
        lose(exporter.ledger, dropped);
      }
      ended.get(i).removeIf(entry -> entry.is(State.SETTLED));
    }
  }

  private void lose(Ledger ledger, List<PendingSpan> dropped) {
    List<PendingSpan> lost = dropped.stream().filter(ledger::remove).toList();
    if (!lost.isEmpty()) {
      counts.lost(lost.size());
      ExportLog.warn("lost: the span processor did not pass them on", lost);
    }
  }
}
