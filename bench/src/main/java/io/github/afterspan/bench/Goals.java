// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.bench;

import static io.github.afterspan.bench.JmhCase.DEADLINE;
import static io.github.afterspan.bench.JmhCase.END_TO_END;
import static io.github.afterspan.bench.JmhCase.QUEUE;
import static io.github.afterspan.bench.JmhCase.RESPONSE;
import static io.github.afterspan.bench.JmhCase.SUBMIT;
import static io.github.afterspan.bench.JmhCase.variant;
import static io.github.afterspan.bench.PeerKind.AFTERSPAN;
import static io.github.afterspan.bench.PeerKind.HAND_WRITTEN;
import static io.github.afterspan.bench.TelemetryKind.NOOP;
import static io.github.afterspan.bench.TelemetryKind.SDK;

import java.util.List;

/** The goals, read from the numbers of a run. */
final class Goals {

  private static final String TIMES = "times";
  private static final String CPU = "cpuNanos";
  private static final String OURS = variant(AFTERSPAN, SDK);

  private final Samples samples;

  Goals(Samples samples) {
    this.samples = samples;
  }

  List<Goal> all() {
    return List.of(
        dispatch(HAND_WRITTEN, 0.25),
        dispatch(PeerKind.HAND_WRITTEN_LATE, 0.5),
        dispatch(PeerKind.SPRING, 0.15),
        dispatch(PeerKind.SMALLRYE, 0.8),
        dispatch(PeerKind.MICROMETER, 1.1),
        Goal.atLeast("tasks/s, hand-written, SDK", speed(SDK), TIMES, 1.4),
        Goal.atLeast("tasks/s, hand-written, no-op", speed(NOOP), TIMES, 2),
        Goal.atMost("allocated per task, no-op", allocated(NOOP), "B", 300),
        Goal.atMost(
            "allocated per task, hand-written, SDK",
            samples.ratio(SUBMIT, "B", OURS, variant(HAND_WRITTEN, SDK)),
            TIMES,
            0.75),
        Goal.atMost(
            "allocated per task, span attributes off, hand-written, SDK",
            samples.ratio(
                SUBMIT, "B", variant(PeerKind.AFTERSPAN_PLAIN, SDK), variant(HAND_WRITTEN, SDK)),
            TIMES,
            0.45),
        Goal.atMost(
            "retained per waiting task, SDK",
            samples.spread(Retained.BENCHMARK, AFTERSPAN.name(), Retained.OWN_REQUEST),
            "B",
            350),
        retained(PeerKind.TASK_WRAPPING),
        retained(PeerKind.MICROMETER),
        retained(PeerKind.SPRING),
        retained(PeerKind.SMALLRYE),
        deadline("0"),
        deadline("10000"),
        Goal.atMost(
            "allocated by arm and disarm", samples.spread(DEADLINE, "afterspan/0", "B"), "B", 0.5),
        Goal.atMost(
            "timeout fires late, 99 of 100",
            samples.spread(WatchdogRun.BENCHMARK, "lateness", "p99 ms"),
            "ms",
            30),
        http("CPU/request, no filter", "cpu us", HttpVariant.FILTER, HttpVariant.NO_FILTER, 1.03),
        Goal.atMost(
            "allocated by the filter, one request",
            samples.difference(
                HttpRun.BENCHMARK, "B", HttpVariant.FILTER.name(), HttpVariant.NO_FILTER.name()),
            "B",
            150),
        http(
            "CPU/request with a task, hand-written",
            "cpu us",
            HttpVariant.AFTERSPAN,
            HttpVariant.HAND_WRITTEN,
            1),
        http(
            "p99 with a task, hand-written",
            "p99 us",
            HttpVariant.AFTERSPAN,
            HttpVariant.HAND_WRITTEN,
            1),
        tenTasks("1", NOOP),
        tenTasks("1", SDK),
        tenTasks("4", NOOP),
        tenTasks("4", SDK),
        Goal.atMost(
            "dispatch with 1,000,000 queued, with 1000",
            samples.ratio(QUEUE, CPU, "1000000", "1000"),
            TIMES,
            1.5),
        Goal.atMost(
            "drain per task with 1,000,000 queued, with 1000",
            samples.ratio(QUEUE, "drainNanos", "1000000", "1000"),
            TIMES,
            2),
        Goal.atMost(
            "watchdog with 10,000 virtual threads running",
            samples.spread(WatchdogRun.BENCHMARK, WatchdogRun.VIRTUAL, "% of a core"),
            "% of a core",
            0.5));
  }

  private Goal dispatch(PeerKind peer, double limit) {
    Spread ratio = samples.ratio(SUBMIT, CPU, OURS, variant(peer, SDK));
    return Goal.atMost("dispatching thread's CPU, " + peer.title(), ratio, TIMES, limit);
  }

  private Spread speed(TelemetryKind telemetry) {
    return samples.ratio(
        END_TO_END, "ns", variant(HAND_WRITTEN, telemetry), variant(AFTERSPAN, telemetry));
  }

  private Spread allocated(TelemetryKind telemetry) {
    return samples.spread(SUBMIT, variant(AFTERSPAN, telemetry), "B");
  }

  private Goal retained(PeerKind peer) {
    Spread ratio =
        samples.ratio(Retained.BENCHMARK, Retained.OWN_REQUEST, AFTERSPAN.name(), peer.name());
    return Goal.atMost(
        "retained with a request of 64 KiB, " + peer.title(), ratio, TIMES, 1.0 / 200);
  }

  private Goal deadline(String pending) {
    Spread above =
        samples.difference(DEADLINE, "ns", "afterspan/" + pending, "clockRead/" + pending);
    return Goal.atMost(
        "deadline with " + pending + " pending, above a clock read", above, "ns", 15);
  }

  private Goal tenTasks(String threads, TelemetryKind telemetry) {
    Spread ratio =
        samples.ratio(
            RESPONSE,
            "p99 ns",
            JmhCase.responseVariant("tenAfterResponse", threads, telemetry),
            JmhCase.responseVariant("tenExecuteCalls", threads, NOOP));
    String what = "ten tasks after one response, p99, ten execute calls, idle threads: " + threads;
    return Goal.atMost(what + ", " + telemetry, ratio, TIMES, 0.3);
  }

  private Goal http(
      String what, String metric, HttpVariant variant, HttpVariant other, double limit) {
    Spread ratio = samples.ratio(HttpRun.BENCHMARK, metric, variant.name(), other.name());
    return Goal.atMost(what, ratio, TIMES, limit);
  }
}
