// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.bench;

import io.github.afterspan.BackgroundTask;
import io.opentelemetry.api.OpenTelemetry;

/** One way among several to run something in the background, with one thread. */
interface Peer extends AutoCloseable {

  /** Most tasks that wait in most benchmarks; more than a {@link Batch} has. */
  int QUEUE_CAPACITY = 2048;

  /** Has the body run by the peer's thread, soon. */
  void dispatch(Body body);

  /** What a task does; in the type that each of the peers takes, so that none has to wrap it. */
  @FunctionalInterface
  interface Body extends Runnable, BackgroundTask {
    @Override
    void run();
  }

  /** Ends the peer's threads. */
  @Override
  void close();

  /** Makes a peer. */
  @FunctionalInterface
  interface Factory {
    /** Makes one that queues so many tasks at most. */
    Peer open(OpenTelemetry openTelemetry, int queueCapacity);
  }
}
