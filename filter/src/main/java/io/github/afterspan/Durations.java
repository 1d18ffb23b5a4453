// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/** The rules for durations, and their way to the nanoseconds that the engine counts in. */
final class Durations {

  private static final Duration LONGEST = Duration.ofNanos(Long.MAX_VALUE / 2);

  private Durations() {}

  static void requirePositive(String name, Duration value) {
    requireNonNull(value, name);
    if (value.isZero() || value.isNegative()) {
      throw new IllegalArgumentException(name + " must be longer than zero, was " + value);
    }
  }

  static void requireNotNegative(String name, Duration value) {
    requireNonNull(value, name);
    if (value.isNegative()) {
      throw new IllegalArgumentException(name + " must not be negative, was " + value);
    }
  }

  /** Nanoseconds that can be added to a clock reading; anything beyond 146 years is 146 years. */
  static long nanos(Duration value) {
    return value.compareTo(LONGEST) >= 0 ? Long.MAX_VALUE / 2 : value.toNanos();
  }

  static double seconds(long nanos) {
    return nanos / 1e9;
  }
}
