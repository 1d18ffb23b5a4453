// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** All numbers of a run. Not thread-safe. */
final class Samples {

  private final List<Sample> all = new ArrayList<>();

  void add(Sample sample) {
    all.add(sample);
  }

  List<String> toLines() {
    return all.stream().map(Sample::toLine).toList();
  }

  /** The numbers of one series. */
  Spread spread(String benchmark, String variant, String metric) {
    return Spread.of(series(benchmark, variant, metric).values());
  }

  /** What one series is of another, round by round. */
  Spread ratio(String benchmark, String metric, String variant, String other) {
    SortedMap<Integer, Double> above = series(benchmark, variant, metric);
    SortedMap<Integer, Double> below = series(benchmark, other, metric);
    List<Double> ratios = new ArrayList<>();
    above.forEach(
        (round, value) -> {
          Double base = below.get(round);
          if (base != null && base != 0) {
            ratios.add(value / base);
          }
        });
    return Spread.of(ratios);
  }

  /** How far one series is above another, round by round. */
  Spread difference(String benchmark, String metric, String variant, String other) {
    SortedMap<Integer, Double> above = series(benchmark, variant, metric);
    SortedMap<Integer, Double> below = series(benchmark, other, metric);
    List<Double> differences = new ArrayList<>();
    above.forEach(
        (round, value) -> {
          Double base = below.get(round);
          if (base != null) {
            differences.add(value - base);
          }
        });
    return Spread.of(differences);
  }

  private SortedMap<Integer, Double> series(String benchmark, String variant, String metric) {
    SortedMap<Integer, Double> series = new TreeMap<>();
    for (Sample sample : all) {
      if (sample.benchmark().equals(benchmark)
          && sample.variant().equals(variant)
          && sample.metric().equals(metric)) {
        series.put(sample.round(), sample.value());
      }
    }
    return series;
  }
}
