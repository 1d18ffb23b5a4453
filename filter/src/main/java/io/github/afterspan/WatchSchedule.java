// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan;

/**
 * Tells the watchdog when it has to look at the workers' deadlines again: with ten thousand tasks
 * that may run for 30 seconds, not every 20 milliseconds.
 *
 * <p>What was armed before the last look was seen then. What was armed after it has at least the
 * shortest of all timeouts from there; and a thread that was interrupted has {@link
 * Worker#STUCK_AFTER_NANOS}. A thread that is held up between its reading the clock and its arming
 * is seen as much late as it was held up.
 *
 * <p>Confined to the watchdog.
 */
final class WatchSchedule {

  private long lastLook = System.nanoTime();
  private long untilFirstNanos; // from the last look; 0 at first: look at once

  /** Whether a deadline may have passed since the last look. */
  boolean isDue(long now, long shortestTimeoutNanos) {
    long unseen = Math.min(shortestTimeoutNanos, Worker.STUCK_AFTER_NANOS);
    return now - lastLook >= Math.min(untilFirstNanos, unseen);
  }

  /** Notes a look, and how long after it the first of the deadlines passes that were seen. */
  void looked(long now, long untilFirstNanos) {
    this.lastLook = now;
    this.untilFirstNanos = untilFirstNanos;
  }
}
