// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.bench;

import io.opentelemetry.api.OpenTelemetry;
import org.jspecify.annotations.Nullable;

/** A request that is being handled on this thread, and a peer that it can dispatch to. */
final class BenchmarkSetup implements AutoCloseable {

  final OpenTelemetry openTelemetry;
  final Peer peer;
  final Batch batch = new Batch();
  final Peer.Body body = batch::run;
  private @Nullable Request request;

  BenchmarkSetup(PeerKind peer, TelemetryKind telemetry, int queueCapacity) {
    openTelemetry = telemetry.open();
    this.peer = peer.open(openTelemetry, queueCapacity);
    request = Request.begin(openTelemetry);
  }

  void dispatch(int tasks) {
    for (int i = 0; i < tasks; i++) {
      peer.dispatch(body);
    }
  }

  @Override
  public void close() {
    Request handled = request;
    if (handled != null) {
      handled.close();
      request = null;
    }
    peer.close();
    TelemetryKind.close(openTelemetry);
  }
}
