// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.bench;

/**
 * One number.
 *
 * @param round in which round; numbers of one round are compared with each other
 * @param benchmark what was measured
 * @param variant of whom
 * @param metric in which unit
 * @param value the number
 */
record Sample(int round, String benchmark, String variant, String metric, double value) {

  private static final int FIELDS = 5;

  /** As a line of tab-separated values. */
  String toLine() {
    return round + "\t" + benchmark + "\t" + variant + "\t" + metric + "\t" + value;
  }

  /** The other way round. */
  static Sample ofLine(String line) {
    String[] fields = line.split("\t", -1);
    if (fields.length != FIELDS) {
      throw new IllegalArgumentException(
          "a sample must have " + FIELDS + " fields, has " + fields.length + ": " + line);
    }
    return new Sample(
        Integer.parseInt(fields[0]),
        fields[1],
        fields[2],
        fields[3],
        Double.parseDouble(fields[4]));
  }
}
