// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.github.afterspan.SoakRound.Kind;
import io.opentelemetry.context.ContextStorage;
import java.lang.Thread.UncaughtExceptionHandler;
import java.lang.management.ManagementFactory;
import java.util.EnumMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Everything at once, many times over: random tasks with random options from eight threads, some
 * cancelled, and a drain at some time. Afterwards everything adds up.
 *
 * <p>In every build with a few thousand dispatches; with a million on each kind of thread by
 *
 * <pre>
 * ./mvnw verify -pl stress -am -Dsoak.dispatches=1000000
 * </pre>
 */
class SoakIT {

  private static final long DISPATCHES = Long.getLong("soak.dispatches", 16_000);
  private static final int DISPATCHES_PER_ROUND = 8_000;
  private static final long ENOUGH_FOR_EVERYTHING = 200_000;
  private static final long SEED = Long.getLong("soak.seed", System.nanoTime());
  private static final long LEAK_BYTES = 8 << 20;

  private static UncaughtExceptionHandler before;

  /** An error of a body ends its thread, and would be printed each time. */
  @BeforeAll
  static void keepQuiet() {
    before = Thread.getDefaultUncaughtExceptionHandler();
    Thread.setDefaultUncaughtExceptionHandler(
        (thread, thrown) -> {
          if (!"thrown".equals(thrown.getMessage())) {
            thrown.printStackTrace();
          }
        });
  }

  @AfterAll
  static void restore() {
    Thread.setDefaultUncaughtExceptionHandler(before);
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void everythingAddsUp(Kind kind) throws Exception {
    if (kind == Kind.VIRTUAL) {
      assumeThat(Runtime.version().feature()).isGreaterThanOrEqualTo(21);
    }
    SplittableRandom random = new SplittableRandom(SEED);
    System.out.println("soak: " + kind + ", seed " + SEED);
    Map<TaskState, Long> outcomes = new EnumMap<>(TaskState.class);
    long start = System.nanoTime();
    round(kind, random, outcomes); // the first, so that what stays for good is there
    long heap = heap();
    long dispatches = 0;
    long rejected = 0;
    int rounds = 0;
    while (dispatches < DISPATCHES) {
      SoakRound round = round(kind, random, outcomes);
      dispatches += round.dispatches();
      rejected += round.rejected.get();
      rounds++;
    }
    long grown = heap() - heap;
    System.out.printf(
        "soak: %s, %d rounds, %d dispatches, %d rejected, %s, heap %+d kB, %d s%n",
        kind,
        rounds,
        dispatches,
        rejected,
        outcomes,
        grown / 1024,
        TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start));
    if (DISPATCHES >= ENOUGH_FOR_EVERYTHING) {
      assertThat(outcomes).containsOnlyKeys(outcomesThatCanBe());
      assertThat(rejected).isPositive();
    }
    assertThat(grown).as("growth of the heap").isLessThan(LEAK_BYTES);
    closeContext();
  }

  private static SoakRound round(Kind kind, SplittableRandom random, Map<TaskState, Long> outcomes)
      throws InterruptedException {
    SoakRound round = new SoakRound(kind, DISPATCHES_PER_ROUND, random);
    try (SoakTelemetry ignored = round.telemetry) {
      round.run(random);
      new SoakVerdict(round).judge().forEach((state, n) -> outcomes.merge(state, n, Long::sum));
    }
    return round;
  }

  private static TaskState[] outcomesThatCanBe() {
    return java.util.Arrays.stream(TaskState.values())
        .filter(TaskState::isFinal)
        .toArray(TaskState[]::new);
  }

  /** Of the strict storage that all tests run with: fails if a scope is open. */
  private static void closeContext() throws Exception {
    assertThat(ContextStorage.get()).isInstanceOf(AutoCloseable.class);
    ((AutoCloseable) ContextStorage.get()).close();
  }

  private static long heap() {
    for (int i = 0; i < 5; i++) {
      System.gc();
    }
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }
}
