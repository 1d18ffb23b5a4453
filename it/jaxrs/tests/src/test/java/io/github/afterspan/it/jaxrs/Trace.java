// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it.jaxrs;

import java.util.concurrent.ThreadLocalRandom;

/** The trace of one call, told to the server in the standard header. */
record Trace(String traceId) {

  static Trace create() {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    return new Trace("%016x%016x".formatted(random.nextLong() | 1, random.nextLong() | 1));
  }

  String header() {
    return "00-" + traceId + "-00000000000000c1-01";
  }
}
