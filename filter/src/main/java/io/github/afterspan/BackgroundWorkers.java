// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan;

import io.opentelemetry.api.OpenTelemetry;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/** Skeleton: the signatures of the engine, which replaces this file. */
public final class BackgroundWorkers implements AutoCloseable {

  public static BackgroundWorkers create(OpenTelemetry openTelemetry, WorkerOptions options) {
    throw new UnsupportedOperationException("engine not there yet");
  }

  public static BackgroundWorkers create(
      OpenTelemetry openTelemetry, WorkerOptions options, Executor executor) {
    throw new UnsupportedOperationException("engine not there yet");
  }

  public static BackgroundWorkers onCallingThread(OpenTelemetry openTelemetry) {
    throw new UnsupportedOperationException("engine not there yet");
  }

  public BackgroundDispatcher dispatcher() {
    throw new UnsupportedOperationException("engine not there yet");
  }

  public BackgroundDispatcher dispatcher(CompletionStage<Boolean> response) {
    throw new UnsupportedOperationException("engine not there yet");
  }

  public CompletableFuture<Status> drain(Duration timeout) {
    throw new UnsupportedOperationException("engine not there yet");
  }

  public Status status() {
    throw new UnsupportedOperationException("engine not there yet");
  }

  @Override
  public void close() {}

  public record Status(
      String name,
      int running,
      int concurrency,
      int queued,
      int queueCapacity,
      int stuck,
      long succeeded,
      long failed,
      long timedOut,
      long cancelled,
      long skipped,
      long abandoned,
      long rejected) {}
}
