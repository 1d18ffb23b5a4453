// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it.export;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.afterspan.it.OtlpReceiver;
import io.github.afterspan.it.ReceivedSpan;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;

/** Starts a program, sends it requests, tells it to go, and looks for the spans of what it took. */
abstract class SigtermRounds {

  private static final int ROUNDS = Integer.getInteger("afterspan.sigterm.rounds", 1);
  private static final int CLIENTS = 6;
  private static final int LONGEST_MILLIS = 500;

  /** Two drains' worth: what the engine, the SDK and a loaded machine may take together. */
  private static final Duration LONGEST_EXIT = Duration.ofSeconds(40);

  /** Of a round in which not everything is finished. */
  static final Consumer<ChildJvm> ABANDONS = child -> assertThat(abandoned(child)).isNotEmpty();

  private final OtlpReceiver receiver = OtlpReceiver.start();
  private final String task;
  private final String path;
  private final ChildJvm.Client client;

  SigtermRounds(String task, String path, ChildJvm.Client client) {
    this.task = task;
    this.path = path;
    this.client = client;
  }

  @AfterEach
  void closeReceiver() {
    receiver.close();
  }

  /** What makes any SDK of a child export to our receiver. */
  Map<String, String> environment() {
    return WorkJvm.exportingTo(receiver);
  }

  /** The spans that the receiver has of a trace. */
  List<ReceivedSpan> spans(String trace) {
    return receiver.spans().stream().filter(span -> span.traceId().equals(trace)).toList();
  }

  void loseNone(Callable<ChildJvm> start) throws Exception {
    loseNone(start, child -> {});
  }

  /** Loses no span in any round, and checks something else behind each. */
  void loseNone(Callable<ChildJvm> start, Consumer<ChildJvm> also) throws Exception {
    for (int round = 1; round <= ROUNDS; round++) {
      try (ChildJvm child = start.call()) {
        loseNone(round, child);
        also.accept(child);
      }
    }
  }

  private void loseNone(int round, ChildJvm child) throws Exception {
    Duration exit = run(child);
    System.out.printf(
        "%s round %d: %d accepted, %d logged as abandoned, gone after %d ms%n",
        getClass().getSimpleName(),
        round,
        child.accepted().size(),
        abandoned(child).size(),
        exit.toMillis());
    assertThat(missing(child)).as("round %s, log %s", round, warnings(child)).isEmpty();
    assertThat(exit).isLessThan(LONGEST_EXIT);
  }

  Duration run(ChildJvm child) throws Exception {
    child.load(CLIENTS, path, client);
    child.awaitAccepted(2 * CLIENTS);
    TimeUnit.MILLISECONDS.sleep(ThreadLocalRandom.current().nextInt(LONGEST_MILLIS));
    return child.terminate();
  }

  /** The accepted tasks that have neither a span at the receiver nor a line in the log. */
  List<String> missing(ChildJvm child) {
    Set<String> received =
        receiver.spans(task).stream().map(ReceivedSpan::traceId).collect(Collectors.toSet());
    List<String> missing = new ArrayList<>(child.accepted());
    missing.removeAll(received);
    missing.removeAll(abandoned(child));
    return missing;
  }

  private static List<String> abandoned(ChildJvm child) {
    List<String> lines = child.log().stream().filter(line -> line.contains("abandoned")).toList();
    return child.accepted().stream()
        .filter(trace -> lines.stream().anyMatch(line -> line.contains(trace)))
        .toList();
  }

  private static List<String> warnings(ChildJvm child) {
    return child.log().stream().filter(line -> !line.contains("INFO")).toList();
  }
}
