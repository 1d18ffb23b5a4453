// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Measures everything in rounds until the time is up, and writes the report again after each round.
 * What fails or hangs is named in the report, and the rest goes on.
 *
 * <pre>
 * --short          one short round: whether it works, not what it measures
 * --minutes=11     how long to go on starting rounds
 * --output=DIR     where the report goes
 * </pre>
 */
public final class Main {

  private static final int DEFAULT_MINUTES = 11;
  private static final int ITERATIONS = 3;
  private static final int ITERATION_MILLIS = 250;
  private static final int SHORT_ITERATION_MILLIS = 20;
  private static final Duration HTTP_TURN = Duration.ofSeconds(2);
  private static final int HTTP_TURNS = 4;
  private static final Duration SHORT_HTTP_TURN = Duration.ofMillis(500);
  private static final Duration HTTP_WARM_UP = Duration.ofSeconds(4);
  private static final Duration CHILD_LIMIT = Duration.ofMinutes(2);

  private final Samples samples = new Samples();
  private final List<String> failures = new ArrayList<>();
  private final Environment environment = Environment.now();
  private final boolean isShort;
  private final long end;
  private final Path output;

  private Main(boolean isShort, Duration time, Path output) {
    this.isShort = isShort;
    this.end = System.nanoTime() + time.toNanos();
    this.output = output;
  }

  /** See above. */
  public static void main(String[] arguments) throws IOException {
    boolean isShort = false;
    Duration time = Duration.ofMinutes(DEFAULT_MINUTES);
    Path output = Path.of("results");
    for (String argument : arguments) {
      String value = argument.substring(argument.indexOf('=') + 1);
      if (argument.equals("--short")) {
        isShort = true;
      } else if (argument.startsWith("--minutes=")) {
        time = Duration.ofMinutes(Integer.parseInt(value));
      } else if (argument.startsWith("--output=")) {
        output = Path.of(value);
      } else {
        System.err.println(
            "argument must be --short, --minutes=N or --output=DIR, was " + argument);
        System.exit(2);
      }
    }
    new Main(isShort, isShort ? Duration.ZERO : time, output).run();
    System.exit(0); // some peers' threads are no daemons
  }

  private void run() throws IOException {
    child(Retained.class);
    child(WatchdogRun.class);
    child(DurableRun.class, isShort ? new String[] {"--short"} : new String[0]);
    JmhRun jmh =
        new JmhRun(
            isShort ? 1 : ITERATIONS, isShort ? SHORT_ITERATION_MILLIS : ITERATION_MILLIS, 1);
    try (HttpRun http = new HttpRun(isShort ? SHORT_HTTP_TURN : HTTP_TURN)) {
      boolean serves = http(() -> http.start(isShort ? SHORT_HTTP_TURN : HTTP_WARM_UP));
      long longest = 0;
      for (int round = 0; round == 0 || System.nanoTime() + longest - end < 0; round++) {
        long began = System.nanoTime();
        for (int turn = 0; turn < HTTP_TURNS && serves; turn++) {
          int httpRound = round * HTTP_TURNS + turn;
          serves = http(() -> http.round(httpRound, samples));
        }
        failures.addAll(jmh.round(round, JmhCase.all(), samples));
        longest = Math.max(longest, System.nanoTime() - began);
        new Report(samples, environment, failures, isShort, round + 1).write(output);
        System.out.println("round " + (round + 1) + " took " + longest / 1_000_000_000 + " s");
      }
    }
  }

  /** A part of the load run. */
  @FunctionalInterface
  private interface HttpPart {
    void run() throws IOException, InterruptedException;
  }

  private boolean http(HttpPart part) {
    try {
      part.run();
      return true;
    } catch (IOException | InterruptedException | RuntimeException e) {
      failures.add(HttpRun.BENCHMARK + ": " + e);
      return false;
    }
  }

  /** Reads the samples that a program prints. */
  private void child(Class<?> program, String... arguments) throws IOException {
    Process process;
    try (Overdue ignored = Overdue.after(CHILD_LIMIT)) {
      process = Child.start(program, arguments);
      BufferedReader lines = process.inputReader();
      lines.lines().filter(line -> line.contains("\t")).map(Sample::ofLine).forEach(samples::add);
    }
    try {
      if (process.waitFor() != 0) {
        failures.add(program.getSimpleName() + " ended with " + process.exitValue());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
