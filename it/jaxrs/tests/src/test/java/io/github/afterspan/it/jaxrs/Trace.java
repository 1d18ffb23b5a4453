// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it.jaxrs;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.afterspan.it.OtlpReceiver;
import io.github.afterspan.it.ReceivedSpan;
import java.util.concurrent.ThreadLocalRandom;

/** The trace of one call, told to the server in the standard header. */
record Trace(String traceId) {

  static Trace create() {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    return new Trace("%016x%016x".formatted(random.nextLong() | 1, random.nextLong() | 1));
  }

  /** Waits until the receiver has a task's span in this trace, below the request's. */
  void assertTaskIsIn(OtlpReceiver receiver) {
    assertTaskIsIn(receiver, "task");
  }

  /** As above, for a task of another name, of which there is one. */
  void assertTaskIsIn(OtlpReceiver receiver, String name) {
    ReceivedSpan request = await(receiver, "request");
    ReceivedSpan task = await(receiver, name);
    assertThat(task.parentSpanId()).isEqualTo(request.spanId());
    assertThat(receiver.spans(name)).filteredOn(span -> span.traceId().equals(traceId)).hasSize(1);
  }

  private ReceivedSpan await(OtlpReceiver receiver, String name) {
    return receiver.awaitSpan(
        name + " in trace " + traceId,
        span -> span.name().equals(name) && span.traceId().equals(traceId));
  }

  String header() {
    return "00-" + traceId + "-00000000000000c1-01";
  }
}
