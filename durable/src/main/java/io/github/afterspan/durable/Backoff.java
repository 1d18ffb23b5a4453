// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.durable;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/** How long to wait before the next attempt: doubled each time, spread, and bounded. Immutable. */
record Backoff(Duration first, Duration longest) {

  private static final double SPREAD = 0.2;
  private static final int MAX_DOUBLINGS = 40;

  /** The wait after a number of failed attempts, 1 or more. */
  Duration after(int failures) {
    return after(failures, ThreadLocalRandom.current().nextDouble());
  }

  /** As above, with the random number given, between 0 and 1. */
  Duration after(int failures, double random) {
    double doubled = first.toMillis() * Math.pow(2, Math.min(failures - 1, MAX_DOUBLINGS));
    double bounded = Math.min(doubled, (double) longest.toMillis());
    double spread = bounded * (1 - SPREAD + 2 * SPREAD * random);
    return Duration.ofMillis(Math.max(1, Math.min((long) spread, longest.toMillis())));
  }
}
