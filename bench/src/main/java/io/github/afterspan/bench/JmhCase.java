// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.bench;

import io.github.afterspan.DeadlineBenchmark;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * One benchmark with its parameters, which is one JVM.
 *
 * @param name of the benchmark in the samples
 * @param variant of the numbers in the samples
 * @param type the class
 * @param method the method
 * @param parameters the values of the class's parameters
 */
record JmhCase(
    String name, String variant, Class<?> type, String method, Map<String, String> parameters) {

  static final String SUBMIT = "submitOnly";
  static final String END_TO_END = "endToEnd";
  static final String DEADLINE = "deadline";
  static final String QUEUE = "queue";
  static final String DETACH = "detach";
  static final String RESPONSE = "response";

  /** All there are. */
  static List<JmhCase> all() {
    List<JmhCase> cases = new ArrayList<>();
    for (PeerKind peer : PeerKind.values()) {
      for (TelemetryKind telemetry : TelemetryKind.values()) {
        if (peer.isMeasuredWith(telemetry)) {
          Map<String, String> of = Map.of("peer", peer.name(), "telemetry", telemetry.name());
          String variant = variant(peer, telemetry);
          cases.add(new JmhCase(SUBMIT, variant, DispatchBenchmark.class, SUBMIT, of));
          cases.add(new JmhCase(END_TO_END, variant, EndToEndBenchmark.class, END_TO_END, of));
        }
      }
    }
    for (String method : List.of("clockRead", "afterspan", "orTimeout", "scheduledExecutor")) {
      for (String pending : List.of("0", "10000")) {
        Map<String, String> of = Map.of("pending", pending);
        String variant = method + "/" + pending;
        cases.add(new JmhCase(DEADLINE, variant, DeadlineBenchmark.class, method, of));
      }
    }
    for (String queued : List.of("10", "1000", "100000", "1000000")) {
      Map<String, String> of = Map.of("queued", queued);
      cases.add(new JmhCase(QUEUE, queued, QueueBenchmark.class, "fillAndDrain", of));
    }
    for (String method : List.of("current", "detach", "detachRemote")) {
      cases.add(new JmhCase(DETACH, method, DetachBenchmark.class, method, Map.of()));
    }
    for (String threads : List.of("1", "4")) {
      for (String method : List.of("tenAfterResponse", "tenExecuteCalls", "oneExecuteCall")) {
        cases.add(response(method, threads, TelemetryKind.NOOP));
      }
      cases.add(response("tenAfterResponse", threads, TelemetryKind.SDK));
    }
    return cases;
  }

  private static JmhCase response(String method, String threads, TelemetryKind telemetry) {
    return new JmhCase(
        RESPONSE,
        responseVariant(method, threads, telemetry),
        ResponseBenchmark.class,
        method,
        Map.of("threads", threads, "telemetry", telemetry.name()));
  }

  /** The variant of the numbers of {@link ResponseBenchmark}. */
  static String responseVariant(String method, String threads, TelemetryKind telemetry) {
    return method + "/" + threads + "/" + telemetry;
  }

  /** The variant of a peer's numbers. */
  static String variant(PeerKind peer, TelemetryKind telemetry) {
    return peer + "/" + telemetry;
  }
}
