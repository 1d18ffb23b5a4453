// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.export;

import java.time.Duration;

/** The way from durations to the nanoseconds that are counted in. */
final class Durations {

  private static final Duration LONGEST = Duration.ofNanos(Long.MAX_VALUE / 2);

  private Durations() {}

  /** Nanoseconds that can be added to a clock reading; anything beyond 146 years is 146 years. */
  static long nanos(Duration value) {
    return value.compareTo(LONGEST) >= 0 ? Long.MAX_VALUE / 2 : value.toNanos();
  }
}
