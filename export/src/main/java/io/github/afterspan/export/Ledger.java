// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.export;

import io.github.afterspan.export.PendingSpan.State;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The background spans that one exporter owes. Holds at most {@value #CAPACITY}; what ends beyond
 * that is counted and not watched.
 *
 * <p>Safe for use by several threads.
 */
final class Ledger {

  /** The scope of the spans that we watch. */
  static final String SCOPE = "io.github.afterspan";

  /** Four times what the SDK's batch processor queues unless it is told otherwise. */
  static final int CAPACITY = 8192;

  private final ConcurrentMap<String, PendingSpan> pending = new ConcurrentHashMap<>();
  private final AtomicInteger size = new AtomicInteger();
  private final Object settled = new Object();
  private final AtomicBoolean full = new AtomicBoolean();
  private final SpanCounts counts;

  Ledger(SpanCounts counts) {
    this.counts = counts;
  }

  /** Takes a span down before the SDK's processor gets it, so that no export of it is missed. */
  void ended(ReadableSpan span) {
    if (size.incrementAndGet() > CAPACITY) {
      size.decrementAndGet();
      counts.unwatched(1);
      if (!full.getAndSet(true)) {
        ExportLog.warn(CAPACITY + " background spans wait for their export; more are not watched");
      }
      return;
    }
    PendingSpan entry = new PendingSpan(span);
    if (pending.put(entry.spanId(), entry) != null) {
      size.decrementAndGet();
    }
  }

  /** Notes that the exporter gets these, and returns those of them that it owes. */
  List<PendingSpan> exporting(Collection<SpanData> spans) {
    List<PendingSpan> owed = List.of();
    for (SpanData span : spans) {
      if (SCOPE.equals(span.getInstrumentationScopeInfo().getName())) {
        PendingSpan entry = pending.get(span.getSpanContext().getSpanId());
        if (entry != null && (entry.move(State.WAITING, State.EXPORTING) || isRefused(entry))) {
          owed = owed.isEmpty() ? new ArrayList<>(spans.size()) : owed;
          owed.add(entry);
        }
      }
    }
    return owed;
  }

  private static boolean isRefused(PendingSpan entry) {
    return entry.move(State.REFUSED, State.EXPORTING);
  }

  /** Notes what the exporter said. */
  void answered(List<PendingSpan> entries, boolean success) {
    int exported = 0;
    for (PendingSpan entry : entries) {
      if (!success) {
        refused(entry, State.EXPORTING);
      } else if (remove(entry)) { // and not counted as lost meanwhile
        exported++;
      }
    }
    if (exported > 0) {
      counts.exported(exported);
    }
    synchronized (settled) {
      settled.notifyAll();
    }
  }

  /** Has a span tried again that the processor has dropped. */
  void dropped(PendingSpan entry) {
    refused(entry, State.WAITING);
  }

  private static void refused(PendingSpan entry, State from) {
    if (entry.firstRefused == 0) {
      entry.firstRefused = System.nanoTime() | 1; // never zero, which says not yet
    }
    entry.move(from, State.REFUSED);
  }

  /** Forgets a span; whoever got true counts it. */
  boolean remove(PendingSpan entry) {
    entry.state.set(State.SETTLED);
    boolean removed = pending.remove(entry.spanId(), entry);
    if (removed && size.decrementAndGet() == 0) {
      full.set(false); // the next time is another line
    }
    return removed;
  }

  List<PendingSpan> pending() {
    return new ArrayList<>(pending.values());
  }

  boolean isEmpty() {
    return pending.isEmpty();
  }

  /** Waits until the exporter has answered for all of these, or until the deadline. */
  void awaitAnswers(List<PendingSpan> entries, long deadline) throws InterruptedException {
    synchronized (settled) {
      while (entries.stream().anyMatch(entry -> entry.is(State.EXPORTING))) {
        long left = deadline - System.nanoTime();
        if (left <= 0) {
          return;
        }
        TimeUnit.NANOSECONDS.timedWait(settled, Math.max(left, 1_000_000));
      }
    }
  }
}
