// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.bench;

import java.util.Collection;
import java.util.Locale;

/**
 * What some rounds came to.
 *
 * @param median the middle; not a number if there is none
 * @param min the lowest
 * @param max the highest
 * @param rounds how many there are
 */
record Spread(double median, double min, double max, int rounds) {

  private static final double LARGE = 100;
  private static final double MEDIUM = 10;
  private static final double SMALL = 0.095;

  static Spread of(Collection<Double> values) {
    double[] sorted = values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    if (sorted.length == 0) {
      return new Spread(Double.NaN, Double.NaN, Double.NaN, 0);
    }
    int middle = sorted.length / 2;
    double median =
        sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    return new Spread(median, sorted[0], sorted[sorted.length - 1], sorted.length);
  }

  boolean isThere() {
    return rounds > 0;
  }

  @Override
  public String toString() {
    if (!isThere()) {
      return "not measured";
    }
    return rounds == 1
        ? number(median)
        : number(median) + " [" + number(min) + ".." + number(max) + "]";
  }

  /** With as many digits as mean something. */
  static String number(double value) {
    double size = Math.abs(value);
    if (size == 0) {
      return "0";
    }
    String format =
        size >= LARGE ? "%,.0f" : size >= MEDIUM ? "%.1f" : size >= SMALL ? "%.2f" : "%.4f";
    return String.format(Locale.ROOT, format, value);
  }
}
