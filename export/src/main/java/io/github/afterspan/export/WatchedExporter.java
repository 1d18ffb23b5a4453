// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.export;

import io.github.afterspan.export.PendingSpan.State;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Passes everything on to an exporter as it is, and keeps in the {@link Ledger} what became of the
 * background spans in it.
 *
 * <p>Safe for use by several threads.
 */
final class WatchedExporter implements SpanExporter {

  /** The most spans that are tried again in one request; the SDK's own batch size. */
  private static final int BATCH = 512;

  final Ledger ledger;
  private final SpanExporter delegate;
  private final Runnable onRefusal;

  /** Held while the exporter is called, which by its contract happens on one thread at a time. */
  private final ReentrantLock turn = new ReentrantLock();

  WatchedExporter(SpanExporter delegate, Ledger ledger, Runnable onRefusal) {
    this.delegate = delegate;
    this.ledger = ledger;
    this.onRefusal = onRefusal;
  }

  @Override
  public CompletableResultCode export(Collection<SpanData> spans) {
    List<PendingSpan> owed = ledger.exporting(spans);
    turn.lock();
    try {
      return exportInTurn(spans, owed);
    } finally {
      turn.unlock();
    }
  }

  private CompletableResultCode exportInTurn(Collection<SpanData> spans, List<PendingSpan> owed) {
    if (owed.isEmpty()) {
      return delegate.export(spans);
    }
    CompletableResultCode result;
    try {
      result = delegate.export(spans);
    } catch (RuntimeException | Error e) {
      answered(owed, false);
      throw e;
    }
    return result.whenComplete(() -> answered(owed, result.isSuccess()));
  }

  private void answered(List<PendingSpan> owed, boolean success) {
    ledger.answered(owed, success);
    if (!success) {
      onRefusal.run();
    }
  }

  /** Exports again what was refused of these, and waits for the answer until the deadline. */
  void retry(List<PendingSpan> entries, long deadline) throws InterruptedException {
    List<PendingSpan> refused = new ArrayList<>();
    for (PendingSpan entry : entries) {
      if (entry.is(State.REFUSED)) {
        refused.add(entry);
      }
    }
    for (int from = 0; from < refused.size(); from += BATCH) {
      long left = deadline - System.nanoTime();
      if (left <= 0 || !turn.tryLock(left, TimeUnit.NANOSECONDS)) {
        return;
      }
      List<PendingSpan> batch = refused.subList(from, Math.min(from + BATCH, refused.size()));
      try {
        exportAgain(batch.stream().filter(WatchedExporter::claim).toList());
      } finally {
        turn.unlock();
      }
      ledger.awaitAnswers(batch, deadline);
    }
  }

  private static boolean claim(PendingSpan entry) {
    return entry.move(State.REFUSED, State.EXPORTING);
  }

  private void exportAgain(List<PendingSpan> claimed) {
    if (claimed.isEmpty()) {
      return;
    }
    List<SpanData> spans = claimed.stream().map(entry -> entry.span.toSpanData()).toList();
    try {
      CompletableResultCode result = delegate.export(spans);
      result.whenComplete(() -> answered(claimed, result.isSuccess()));
    } catch (RuntimeException | Error e) { // a backend's class may be gone with its loader
      answered(claimed, false); // told by the next try, or by the last
    }
  }

  @Override
  public CompletableResultCode flush() {
    return delegate.flush();
  }

  @Override
  public CompletableResultCode shutdown() {
    return delegate.shutdown();
  }

  @Override
  public String toString() {
    return "WatchedExporter{" + delegate + "}";
  }
}
