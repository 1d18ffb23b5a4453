// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.export;

import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.SpanProcessor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The end of a processor, once: wait for the drains, pass the barrier, shut the wrapped processor
 * down, and say what was lost.
 *
 * <p>Safe for use by several threads.
 */
final class Shutdown {

  /** With {@link #DELEGATE_TIMEOUT}, a second less than the SDK waits for it when it is closed. */
  private static final Duration FLUSH_TIMEOUT = Duration.ofSeconds(6);

  private static final Duration DELEGATE_TIMEOUT = Duration.ofSeconds(3);

  private final SpanProcessor delegate;
  private final Barrier barrier;
  private final DrainWait drains;
  private final List<WatchedExporter> exporters;
  private final SpanCounts counts;
  private final CompletableResultCode result = new CompletableResultCode();
  private final Object lock = new Object();
  private @Nullable Thread begun; // guarded by lock
  private volatile boolean over;

  Shutdown(
      SpanProcessor delegate,
      Barrier barrier,
      DrainWait drains,
      List<WatchedExporter> exporters,
      SpanCounts counts) {
    this.delegate = delegate;
    this.barrier = barrier;
    this.drains = drains;
    this.exporters = exporters;
    this.counts = counts;
  }

  /** Tells whether what ends from now on is lost. */
  boolean isOver() {
    return over;
  }

  /**
   * Waits for the drains on this thread: only until this returns does the SDK make spans. The rest
   * happens on a thread of its own, for the same result for every caller.
   */
  CompletableResultCode begin() {
    synchronized (lock) {
      if (begun != null) {
        return result;
      }
      begun = new Thread(this::finish, "afterspan-export-shutdown");
      begun.setDaemon(true);
    }
    try {
      drains.await();
    } finally { // or nobody would ever have the result
      begun.start();
    }
    return result;
  }

  private void finish() {
    try {
      barrier.pass(FLUSH_TIMEOUT);
      over = true;
      boolean down =
          delegate.shutdown().join(DELEGATE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS).isSuccess();
      boolean complete = settle();
      if (down && complete) {
        result.succeed();
      }
    } finally {
      result.fail(); // unless it succeeded
    }
  }

  private boolean settle() {
    List<PendingSpan> lost = new ArrayList<>();
    for (WatchedExporter exporter : exporters) {
      for (PendingSpan entry : exporter.ledger.pending()) {
        if (exporter.ledger.remove(entry)) {
          lost.add(entry);
        }
      }
    }
    if (!lost.isEmpty()) {
      counts.lost(lost.size());
      ExportLog.warn("lost: not exported when the SDK was shut down", lost);
    }
    return lost.isEmpty();
  }
}
