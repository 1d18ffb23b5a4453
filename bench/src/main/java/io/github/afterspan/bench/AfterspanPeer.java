// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.bench;

import io.github.afterspan.BackgroundDispatcher;
import io.github.afterspan.BackgroundWorkers;
import io.github.afterspan.WorkerOptions;
import io.opentelemetry.api.OpenTelemetry;

/** Afterspan with its defaults, but for one thread and the length of its queue. */
final class AfterspanPeer implements Peer {

  private final BackgroundWorkers workers;
  private final BackgroundDispatcher dispatcher;

  AfterspanPeer(OpenTelemetry openTelemetry, int queueCapacity) {
    this(openTelemetry, options(queueCapacity).build());
  }

  private AfterspanPeer(OpenTelemetry openTelemetry, WorkerOptions options) {
    workers = BackgroundWorkers.create(openTelemetry, options);
    dispatcher = workers.dispatcher();
  }

  static AfterspanPeer withoutSpanAttributes(OpenTelemetry openTelemetry, int queueCapacity) {
    return new AfterspanPeer(openTelemetry, options(queueCapacity).spanAttributes(false).build());
  }

  private static WorkerOptions.Builder options(int queueCapacity) {
    return WorkerOptions.builder().name("bench").concurrency(1).queueCapacity(queueCapacity);
  }

  @Override
  public void dispatch(Body body) {
    dispatcher.dispatch("task", body);
  }

  @Override
  public void close() {
    workers.close();
  }
}
