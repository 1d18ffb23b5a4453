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
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * What a dispatch costs the thread that dispatches, without waking anybody: the only worker is
 * blocked meanwhile. What is allocated includes the running of the tasks.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@SuppressWarnings("NullAway.Init") // by JMH
public class DispatchBenchmark {

  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  /** Who is measured. */
  @Param public PeerKind peer;

  /** Where the telemetry goes. */
  @Param public TelemetryKind telemetry;

  private BenchmarkSetup setup;
  private CountDownLatch release;

  /** The dispatching thread's time on a processor, beside the time on the clock. */
  @State(Scope.Thread)
  @AuxCounters(AuxCounters.Type.EVENTS)
  public static class Cpu {
    /** Nanoseconds. */
    public long cpuNanos;

    /** Tasks that were dispatched in that time. */
    public long dispatches;
  }

  /** Opens the peer. */
  @Setup
  public void open() {
    setup = new BenchmarkSetup(peer, telemetry, Peer.QUEUE_CAPACITY);
  }

  /** Blocks its thread. */
  @Setup(Level.Invocation)
  public void block() {
    release = Batch.block(setup.peer);
    setup.batch.begin(Batch.SIZE);
  }

  /** Dispatches a batch. */
  @Benchmark
  @OperationsPerInvocation(Batch.SIZE)
  public void submitOnly(Cpu cpu) {
    long before = THREADS.getCurrentThreadCpuTime();
    setup.dispatch(Batch.SIZE);
    cpu.cpuNanos += THREADS.getCurrentThreadCpuTime() - before;
    cpu.dispatches += Batch.SIZE;
  }

  /** Has it run. */
  @TearDown(Level.Invocation)
  public void run() {
    release.countDown();
    setup.batch.await();
  }

  /** Closes the peer. */
  @TearDown
  public void close() {
    setup.close();
  }
}
