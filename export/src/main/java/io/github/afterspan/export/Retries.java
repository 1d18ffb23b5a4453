// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.export;

import io.github.afterspan.export.PendingSpan.State;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Tries again what an exporter refused, after half a second and then ever less often, for a minute
 * from the first refusal. What is refused then is given up: counted as failed, and logged with its
 * trace ids.
 *
 * <p>Safe for use by several threads.
 */
final class Retries {

  /** How long a span is tried again. */
  static final Duration PATIENCE = Duration.ofMinutes(1);

  private static final long FIRST_DELAY_MILLIS = 500;
  private static final long LONGEST_DELAY_MILLIS = 8_000;

  /** How long one try may take. */
  private static final Duration TRY_TIMEOUT = Duration.ofSeconds(10);

  private final ScheduledThreadPoolExecutor threads;
  private final SpanCounts counts;
  private final long patienceNanos;
  private final AtomicBoolean scheduled = new AtomicBoolean();
  private volatile List<WatchedExporter> exporters = List.of();

  Retries(ScheduledThreadPoolExecutor threads, SpanCounts counts, Duration patience) {
    this.threads = threads;
    this.counts = counts;
    patienceNanos = patience.toNanos();
  }

  void watch(List<WatchedExporter> watched) {
    exporters = watched;
  }

  /** Sees that there will be another try. */
  void schedule() {
    if (scheduled.compareAndSet(false, true)) {
      scheduleIn(FIRST_DELAY_MILLIS);
    }
  }

  private void scheduleIn(long millis) {
    var unused = threads.schedule(() -> tryAgain(millis), millis, TimeUnit.MILLISECONDS);
  }

  private void tryAgain(long delay) {
    try {
      for (WatchedExporter exporter : exporters) {
        exporter.retry(refused(exporter), System.nanoTime() + TRY_TIMEOUT.toNanos());
        giveUp(exporter.ledger, refused(exporter));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (exporters.stream().anyMatch(exporter -> !refused(exporter).isEmpty())) {
      scheduleIn(Math.min(delay * 2, LONGEST_DELAY_MILLIS));
      return;
    }
    scheduled.set(false);
    if (exporters.stream().anyMatch(exporter -> !refused(exporter).isEmpty())) {
      schedule(); // T2 was refused between our look and our leave, and saw us still here
    }
  }

  private void giveUp(Ledger ledger, List<PendingSpan> refused) {
    long now = System.nanoTime();
    List<PendingSpan> failed =
        refused.stream()
            .filter(entry -> now - entry.firstRefused >= patienceNanos && ledger.remove(entry))
            .toList();
    if (!failed.isEmpty()) {
      counts.failed(failed.size());
      ExportLog.warn("not exported: the exporter refused them each time", failed);
    }
  }

  private static List<PendingSpan> refused(WatchedExporter exporter) {
    return exporter.ledger.pending().stream().filter(entry -> entry.is(State.REFUSED)).toList();
  }
}
