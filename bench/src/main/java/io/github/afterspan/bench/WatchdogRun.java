// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.bench;

import io.github.afterspan.BackgroundWorkers;
import io.github.afterspan.WorkerOptions;
import io.opentelemetry.api.OpenTelemetry;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;
import java.util.logging.LogManager;

/** What the watchdog costs with ten thousand running tasks, and how late it is. */
final class WatchdogRun {

  /** The name in the samples. */
  static final String BENCHMARK = "watchdog";

  /** The variant with ten thousand virtual threads. */
  static final String VIRTUAL = "10000 virtual threads";

  private static final int RUNNING = 10_000;
  private static final int TIMEOUTS = 200;
  private static final int AT_ONCE = 8;
  private static final Duration TIMEOUT = Duration.ofMillis(50);
  private static final int LONG_SECONDS = 5;
  private static final double NANOS_PER_MILLI = 1e6;
  private static final double PERCENT = 100;
  private static final int FIRST_WITH_VIRTUAL_THREADS = 21;

  private WatchdogRun() {}

  /** Prints samples; takes nothing. */
  public static void main(String[] arguments) throws InterruptedException {
    LogManager.getLogManager().reset(); // each timeout has its line
    lateness();
    if (Runtime.version().feature() >= FIRST_WITH_VIRTUAL_THREADS) {
      load();
    }
  }

  /** How long after its timeout a body is interrupted. */
  private static void lateness() throws InterruptedException {
    AtomicLongArray late = new AtomicLongArray(TIMEOUTS);
    AtomicInteger next = new AtomicInteger();
    CountDownLatch over = new CountDownLatch(TIMEOUTS);
    WorkerOptions options = WorkerOptions.builder().concurrency(AT_ONCE).timeout(TIMEOUT).build();
    try (BackgroundWorkers workers = BackgroundWorkers.create(OpenTelemetry.noop(), options)) {
      for (int i = 0; i < TIMEOUTS; i++) {
        workers
            .dispatcher()
            .dispatch(
                "late",
                () -> {
                  long started = System.nanoTime();
                  while (!Thread.currentThread().isInterrupted()) {
                    LockSupport.park();
                  }
                  late.set(next.getAndIncrement(), System.nanoTime() - started - TIMEOUT.toNanos());
                  over.countDown();
                });
      }
      over.await();
    }
    long[] sorted = new long[TIMEOUTS];
    Arrays.setAll(sorted, late::get);
    Arrays.sort(sorted);
    print("lateness", "median ms", sorted[TIMEOUTS / 2] / NANOS_PER_MILLI);
    print("lateness", "p99 ms", sorted[TIMEOUTS * 99 / 100] / NANOS_PER_MILLI);
    print("lateness", "max ms", sorted[TIMEOUTS - 1] / NANOS_PER_MILLI);
  }

  /** How much of a processor it takes. */
  private static void load() throws InterruptedException {
    CountDownLatch running = new CountDownLatch(RUNNING);
    CountDownLatch release = new CountDownLatch(1);
    WorkerOptions options =
        WorkerOptions.builder()
            .name("many")
            .concurrency(RUNNING)
            .threads(WorkerOptions.Threads.VIRTUAL)
            .build();
    try (BackgroundWorkers workers = BackgroundWorkers.create(OpenTelemetry.noop(), options)) {
      for (int i = 0; i < RUNNING; i++) {
        workers
            .dispatcher()
            .dispatch(
                "waits",
                () -> {
                  running.countDown();
                  release.await();
                });
      }
      running.await();
      share(); // compiles
      print(VIRTUAL, "% of a core", share());
      release.countDown();
    }
  }

  private static double share() throws InterruptedException {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    long watchdog =
        Thread.getAllStackTraces().keySet().stream()
            .filter(thread -> thread.getName().equals("afterspan-many-watchdog"))
            .findFirst()
            .orElseThrow()
            .getId();
    long cpu = threads.getThreadCpuTime(watchdog);
    long clock = System.nanoTime();
    Thread.sleep(Duration.ofSeconds(LONG_SECONDS).toMillis());
    return PERCENT * (threads.getThreadCpuTime(watchdog) - cpu) / (System.nanoTime() - clock);
  }

  private static void print(String variant, String metric, double value) {
    System.out.println(new Sample(0, BENCHMARK, variant, metric, value).toLine());
    System.out.flush();
  }
}
