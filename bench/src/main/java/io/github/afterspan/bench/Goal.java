// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.bench;

/**
 * What is to be reached, and what was.
 *
 * @param what is measured
 * @param measured what it came to
 * @param unit of the number, or of what it is a multiple
 * @param atMost whether the limit is the most, or else the least
 * @param limit the limit
 */
record Goal(String what, Spread measured, String unit, boolean atMost, double limit) {

  static Goal atMost(String what, Spread measured, String unit, double limit) {
    return new Goal(what, measured, unit, true, limit);
  }

  static Goal atLeast(String what, Spread measured, String unit, double limit) {
    return new Goal(what, measured, unit, false, limit);
  }

  /** A row of the report; with a verdict if the numbers mean something. */
  String toRow(boolean judged) {
    String goal = (atMost ? "<= " : ">= ") + Spread.number(limit);
    String verdict = judged ? verdict() : "";
    return "| " + what + " | " + goal + " " + unit + " | " + measured + " | " + verdict + " |";
  }

  /** By the median; and whether all rounds agree. */
  private String verdict() {
    if (!measured.isThere()) {
      return "?";
    }
    boolean all = holds(measured.min()) && holds(measured.max());
    boolean none = !holds(measured.min()) && !holds(measured.max());
    String certain = all || none ? "" : ", not in every round";
    return (holds(measured.median()) ? "holds" : "**does not hold**") + certain;
  }

  private boolean holds(double value) {
    return atMost ? value <= limit : value >= limit;
  }
}
