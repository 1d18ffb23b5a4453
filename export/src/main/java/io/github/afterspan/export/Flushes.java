// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.export;

import io.opentelemetry.sdk.common.CompletableResultCode;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Passes the {@link Barrier} for those who will not wait themselves, one after the other. Who asks
 * while a flush has been asked for and has not begun shares that one: it will see all that has
 * ended by now.
 *
 * <p>Safe for use by several threads.
 */
final class Flushes {

  /** How long a flush may take: as long as the SDK's batch processor gives its exporter. */
  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  private final Barrier barrier;
  private final ScheduledThreadPoolExecutor threads;
  private final AtomicReference<CompletableResultCode> next = new AtomicReference<>();

  Flushes(Barrier barrier, ScheduledThreadPoolExecutor threads) {
    this.barrier = barrier;
    this.threads = threads;
  }

  CompletableResultCode request() {
    CompletableResultCode own = new CompletableResultCode();
    while (true) {
      CompletableResultCode waiting = next.get();
      if (waiting != null) {
        return waiting;
      }
      if (next.compareAndSet(null, own)) {
        threads.execute(() -> flush(own));
        return own;
      }
    }
  }

  private void flush(CompletableResultCode result) {
    next.set(null); // who asks from now on needs another one
    List<PendingSpan> left = barrier.pass(TIMEOUT);
    if (left.isEmpty()) {
      result.succeed();
    } else {
      ExportLog.warn("not exported within " + TIMEOUT + ", and tried again for a while", left);
      result.fail();
    }
  }
}
