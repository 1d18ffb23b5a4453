// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.bench;

import io.github.afterspan.DetachedContext;
import io.github.afterspan.TraceMode;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.context.Context;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** What it costs to detach a context, for those who have an executor of their own. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@SuppressWarnings("NullAway.Init") // by JMH
public class DetachBenchmark {

  private OpenTelemetry openTelemetry;
  private Request request;

  /** Begins a request. */
  @Setup
  public void begin() {
    openTelemetry = TelemetryKind.SDK.open();
    request = Request.begin(openTelemetry);
  }

  /** The base: what is current. */
  @Benchmark
  public Context current() {
    return Context.current();
  }

  /** A child in the same process. */
  @Benchmark
  public Context detach() {
    return DetachedContext.detach(Context.current());
  }

  /** A child with a parent that counts as remote. */
  @Benchmark
  public Context detachRemote() {
    return DetachedContext.detach(Context.current(), TraceMode.REMOTE_CHILD);
  }

  /** Ends it. */
  @TearDown
  public void end() {
    request.close();
    TelemetryKind.close(openTelemetry);
  }
}
