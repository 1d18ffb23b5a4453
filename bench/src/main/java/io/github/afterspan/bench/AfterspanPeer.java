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
    WorkerOptions options =
        WorkerOptions.builder().name("bench").concurrency(1).queueCapacity(queueCapacity).build();
    workers = BackgroundWorkers.create(openTelemetry, options);
    dispatcher = workers.dispatcher();
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
