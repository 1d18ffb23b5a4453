// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.bench;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Tasks from dispatch to their end, by one thread, from another that waits for each batch. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@SuppressWarnings("NullAway.Init") // by JMH
public class EndToEndBenchmark {

  private static final OperatingSystemMXBean SYSTEM =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

  /** Who is measured. */
  @Param public PeerKind peer;

  /** Where the telemetry goes. */
  @Param public TelemetryKind telemetry;

  private BenchmarkSetup setup;

  /** What the process used of its processors, beside the time on the clock. */
  @State(Scope.Thread)
  @AuxCounters(AuxCounters.Type.EVENTS)
  public static class Cpu {
    /** Nanoseconds. */
    public long cpuNanos;

    /** Tasks that ran in that time. */
    public long dispatches;
  }

  /** Opens the peer. */
  @Setup
  public void open() {
    setup = new BenchmarkSetup(peer, telemetry, Peer.QUEUE_CAPACITY);
  }

  /** Dispatches a batch, and waits until all of it has run. */
  @Benchmark
  @OperationsPerInvocation(Batch.SIZE)
  public void endToEnd(Cpu cpu) {
    long before = SYSTEM.getProcessCpuTime();
    setup.batch.begin(Batch.SIZE);
    setup.dispatch(Batch.SIZE);
    setup.batch.await();
    cpu.cpuNanos += SYSTEM.getProcessCpuTime() - before;
    cpu.dispatches += Batch.SIZE;
  }

  /** Closes the peer. */
  @TearDown
  public void close() {
    setup.close();
  }
}
