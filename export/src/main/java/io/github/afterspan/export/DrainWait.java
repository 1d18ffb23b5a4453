// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.export;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;

/**
 * Holds the SDK's shutdown up while background work goes on. The JVM runs its shutdown hooks side
 * by side: T1, the SDK's, would be over in a moment, while T2, the container's, only begins to
 * drain; what T2's tasks record then is lost, and of those that have not started there would be no
 * span at all.
 *
 * <p>While the JVM exits, waits until all workers are closed, or have nothing to do for a while and
 * nobody drains them. At other times the SDK of one application may be closed while the workers of
 * another are busy, so it waits only for spans that were started here and for drains.
 */
final class DrainWait {

  /** How long the SDK's shutdown is held up unless told otherwise. */
  static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(20);

  /** How long workers of an exiting JVM may have nothing to do until nobody waits for a drain. */
  static final Duration QUIET = Duration.ofSeconds(3);

  private static final long PERIOD_MILLIS = 10;

  private final Duration timeout;
  private final IntSupplier openSpans;

  DrainWait(Duration timeout, IntSupplier openSpans) {
    this.timeout = timeout;
    this.openSpans = openSpans;
  }

  void await() {
    boolean exiting = LiveWorkers.isExiting();
    long start = System.nanoTime();
    long quietSince = start;
    try {
      while (true) {
        LiveWorkers live = LiveWorkers.look();
        int open = openSpans.getAsInt();
        boolean busy = open > 0 || live.draining() || (exiting && live.unfinished() > 0);
        if (!busy && (!exiting || live.workers() == 0)) {
          return;
        }
        long now = System.nanoTime();
        quietSince = busy ? now : quietSince;
        if (now - quietSince > QUIET.toNanos() || now - start > Durations.nanos(timeout)) {
          ExportLog.warn(gaveUp(live, open));
          return;
        }
        TimeUnit.MILLISECONDS.sleep(PERIOD_MILLIS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static String gaveUp(LiveWorkers live, int open) {
    return "the SDK shuts down while background workers are not drained: workers="
        + live.workers()
        + ", unfinished tasks="
        + live.unfinished()
        + ", open spans="
        + open
        + "; spans of their tasks are lost from now on";
  }
}
