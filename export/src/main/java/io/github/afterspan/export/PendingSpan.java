// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.export;

import io.opentelemetry.sdk.trace.ReadableSpan;
import java.util.concurrent.atomic.AtomicReference;

/** A background span that has ended and is not known to be exported. Safe for several threads. */
final class PendingSpan {

  /** Where a span is on its way. */
  enum State {
    /** With the SDK's processor; the exporter has not seen it. */
    WAITING,
    /** Given to the exporter, which has not answered. */
    EXPORTING,
    /** The exporter said that it failed. */
    REFUSED,
    /** Exported, or given up and counted. */
    SETTLED
  }

  final ReadableSpan span;
  final AtomicReference<State> state = new AtomicReference<>(State.WAITING);

  /** When the exporter first failed; written before the state says so. */
  volatile long firstRefused;

  PendingSpan(ReadableSpan span) {
    this.span = span;
  }

  boolean is(State expected) {
    return state.get() == expected;
  }

  /** Moves on from one state, unless another thread did. */
  boolean move(State from, State to) {
    return state.compareAndSet(from, to);
  }

  String spanId() {
    return span.getSpanContext().getSpanId();
  }

  String traceId() {
    return span.getSpanContext().getTraceId();
  }
}
