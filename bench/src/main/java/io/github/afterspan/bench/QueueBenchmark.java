// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.bench;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Whether a dispatch and a run cost the same however many wait. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@SuppressWarnings("NullAway.Init") // by JMH
public class QueueBenchmark {

  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
  private static final int LONGEST = 1_000_000;

  /** So many are dispatched before the first one runs. */
  @Param({"10", "1000", "100000", "1000000"})
  public int queued;

  private BenchmarkSetup setup;

  /** The two halves of an invocation, which is not of interest itself. */
  @State(Scope.Thread)
  @AuxCounters(AuxCounters.Type.EVENTS)
  public static class Halves {
    /** The dispatching thread's nanoseconds on a processor while it dispatched. */
    public long cpuNanos;

    /** Nanoseconds from then until all had run. */
    public long drainNanos;

    /** Tasks. */
    public long dispatches;
  }

  /** Opens Afterspan. */
  @Setup
  public void open() {
    setup = new BenchmarkSetup(PeerKind.AFTERSPAN, TelemetryKind.NOOP, LONGEST);
  }

  /** Fills the queue, and empties it. */
  @Benchmark
  public void fillAndDrain(Halves halves) {
    CountDownLatch release = Batch.block(setup.peer);
    setup.batch.begin(queued);
    long before = THREADS.getCurrentThreadCpuTime();
    setup.dispatch(queued);
    halves.cpuNanos += THREADS.getCurrentThreadCpuTime() - before;
    long filled = System.nanoTime();
    release.countDown();
    setup.batch.await();
    halves.drainNanos += System.nanoTime() - filled;
    halves.dispatches += queued;
  }

  /** Closes it. */
  @TearDown
  public void close() {
    setup.close();
  }
}
