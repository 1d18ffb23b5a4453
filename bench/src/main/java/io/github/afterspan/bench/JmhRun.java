// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** The JMH benchmarks, one JVM after the other; each round has all of them once. */
final class JmhRun {

  private static final double P50 = 50;
  private static final double P99 = 99;
  private static final int TIMEOUT_SECONDS = 20;
  private static final Duration OVERDUE = Duration.ofSeconds(90);

  private final int iterations;
  private final long iterationMillis;
  private final int forks;

  /**
   * Makes a run with so many iterations of that length, and as many more to warm up. Without forks
   * all happens in this JVM, which measures nothing but shows that it works.
   */
  JmhRun(int iterations, long iterationMillis, int forks) {
    this.iterations = iterations;
    this.iterationMillis = iterationMillis;
    this.forks = forks;
  }

  /** Runs each case once, and returns those that failed, with why. */
  List<String> round(int round, List<JmhCase> cases, Samples samples) {
    List<JmhCase> order = new ArrayList<>(cases);
    if (round % 2 == 1) {
      Collections.reverse(order); // whatever gets faster or slower over time hits both ends
    }
    List<String> failures = new ArrayList<>();
    for (JmhCase one : order) {
      try (Overdue ignored = Overdue.after(OVERDUE)) {
        for (RunResult result : new Runner(options(one)).run()) {
          read(round, one, result, samples);
        }
      } catch (RunnerException | RuntimeException e) {
        failures.add(one.name() + " " + one.variant() + ": " + e);
      }
    }
    return failures;
  }

  private org.openjdk.jmh.runner.options.Options options(JmhCase one) {
    TimeValue time = TimeValue.milliseconds(iterationMillis);
    ChainedOptionsBuilder options =
        new OptionsBuilder()
            .include("^" + one.type().getName().replace(".", "\\.") + "\\." + one.method() + "$")
            .forks(forks)
            .jvmArgs(Child.JVM_OPTIONS.toArray(String[]::new))
            .warmupIterations(iterations)
            .warmupTime(time)
            .measurementIterations(iterations)
            .measurementTime(time)
            .timeout(TimeValue.seconds(TIMEOUT_SECONDS))
            .timeUnit(TimeUnit.NANOSECONDS)
            .addProfiler(GCProfiler.class)
            .verbosity(VerboseMode.SILENT)
            .shouldFailOnError(true);
    one.parameters().forEach(options::param);
    return options.build();
  }

  private static void read(int round, JmhCase one, RunResult result, Samples samples) {
    Result<?> primary = result.getPrimaryResult();
    add(samples, round, one, "ns", primary.getScore());
    if (one.name().equals(JmhCase.RESPONSE)) {
      add(samples, round, one, "p50 ns", primary.getStatistics().getPercentile(P50));
      add(samples, round, one, "p99 ns", primary.getStatistics().getPercentile(P99));
    }
    var secondary = result.getSecondaryResults();
    Result<?> allocated = secondary.get("gc.alloc.rate.norm");
    if (allocated != null) {
      add(samples, round, one, "B", allocated.getScore());
    }
    Result<?> dispatches = secondary.get("dispatches");
    for (String counter : List.of("cpuNanos", "drainNanos")) {
      Result<?> nanos = secondary.get(counter);
      if (nanos != null && dispatches != null) {
        add(samples, round, one, counter, nanos.getScore() / dispatches.getScore());
      }
    }
  }

  private static void add(Samples samples, int round, JmhCase one, String metric, double value) {
    samples.add(new Sample(round, one.name(), one.variant(), metric, value));
  }
}
