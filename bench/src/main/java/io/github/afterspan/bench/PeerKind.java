// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.bench;

import io.opentelemetry.api.OpenTelemetry;

/** All that are measured beside each other. */
public enum PeerKind {
  /** A {@code ThreadPoolExecutor} with an array queue: carries nothing, bounds nothing in time. */
  EXECUTOR("raw executor", ExecutorPeers::raw),
  /** Jersey's executor provider, with one thread and thus a linked queue. Carries nothing. */
  JERSEY("Jersey managed async executor", ExecutorPeers::jersey),
  /** {@code Context.taskWrapping}: carries the whole OpenTelemetry context. */
  TASK_WRAPPING("OpenTelemetry taskWrapping", ExecutorPeers::taskWrapping),
  /** {@code ContextExecutorService} with an accessor for OpenTelemetry's context. */
  MICROMETER("Micrometer, context", ExecutorPeers::micrometer),
  /** {@code ContextExecutorService} with SLF4J's accessor for three keys of the MDC. */
  MICROMETER_MDC("Micrometer, MDC", ExecutorPeers::micrometerMdc),
  /** {@code ThreadPoolTaskExecutor} with {@code ContextPropagatingTaskDecorator}. */
  SPRING("Spring", ExecutorPeers::spring),
  /** SmallRye's {@code ManagedExecutor}, by {@code runAsync}. */
  SMALLRYE("SmallRye", SmallRyePeer::new),
  /** The same service as Afterspan's, by hand; the span starts when the task is dispatched. */
  HAND_WRITTEN("hand-written", HandWritten::spanAtDispatch),
  /** The same, and the span starts when the task does. */
  HAND_WRITTEN_LATE("hand-written, span in worker", HandWritten::spanInWorker),
  /** Afterspan. */
  AFTERSPAN("Afterspan", AfterspanPeer::new),
  /** Afterspan, with no attribute on a span whose task succeeds. */
  AFTERSPAN_PLAIN("Afterspan, span attributes off", AfterspanPeer::withoutSpanAttributes);

  private final String title;

  @SuppressWarnings("ImmutableEnumChecker") // method references that capture nothing
  private final Peer.Factory factory;

  PeerKind(String title, Peer.Factory factory) {
    this.title = title;
    this.factory = factory;
  }

  /** What it is called in the report. */
  String title() {
    return title;
  }

  /** Whether its tasks have a span and metrics, so that it matters where they go. */
  boolean hasTelemetry() {
    return compareTo(HAND_WRITTEN) >= 0;
  }

  boolean isAfterspan() {
    return compareTo(AFTERSPAN) >= 0;
  }

  /** Whether there is something to learn from it with that telemetry. */
  boolean isMeasuredWith(TelemetryKind telemetry) {
    return telemetry == TelemetryKind.SDK || (hasTelemetry() && this != AFTERSPAN_PLAIN);
  }

  Peer open(OpenTelemetry openTelemetry, int queueCapacity) {
    return factory.open(openTelemetry, queueCapacity);
  }
}
