// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it.export;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.afterspan.it.Container;
import io.github.afterspan.it.OtlpReceiver;
import io.github.afterspan.it.ReceivedSpan;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * SIGTERM at a random moment, while requests come in: every task that was accepted has its span at
 * the receiver, or its trace id in a line of the log.
 *
 * <p>One round of each in a build. For more: {@code ./mvnw verify -Dit.test='*SigtermIT'
 * -Dsurefire.failIfNoSpecifiedTests=false -Dfailsafe.failIfNoSpecifiedTests=false
 * -Dafterspan.sigterm.rounds=30}
 */
@Timeout(value = 60, unit = TimeUnit.MINUTES)
public abstract class SigtermContract {

  private static final int ROUNDS = Integer.getInteger("afterspan.sigterm.rounds", 1);
  private static final int CLIENTS = 6;
  private static final int LONGEST_MILLIS = 1000;

  private final OtlpReceiver receiver = OtlpReceiver.start();
  private final Class<? extends Container> container;

  /**
   * Made by the test of one container.
   *
   * @param container the container, which has a constructor without parameters
   */
  protected SigtermContract(Class<? extends Container> container) {
    this.container = container;
  }

  @AfterEach
  void closeReceiver() {
    receiver.close();
  }

  /** The control: the SDK's own hook wins against the container's. */
  @Test
  void losesSpans_withAnAutoconfiguredSdkAlone() throws Exception {
    try (ChildJvm child = start("autoconfigured", Map.of("AFTERSPAN_EXPORT_ENABLED", "false"))) {
      run(child);
      assertThat(missing(child)).isNotEmpty();
    }
  }

  @Test
  void losesNoSpan_withAnAutoconfiguredSdk() throws Exception {
    for (int round = 1; round <= ROUNDS; round++) {
      try (ChildJvm child = start("autoconfigured", Map.of())) {
        check(round, child);
      }
    }
  }

  @Test
  void losesNoSpan_underTheAgent() throws Exception {
    for (int round = 1; round <= ROUNDS; round++) {
      try (ChildJvm child = start("agent", Map.of())) {
        check(round, child);
      }
    }
  }

  private void check(int round, ChildJvm child) throws Exception {
    Duration exit = run(child);
    System.out.printf(
        "%s round %d: %d accepted, %d logged as abandoned, gone after %d ms%n",
        container.getSimpleName(),
        round,
        child.accepted().size(),
        abandoned(child).size(),
        exit.toMillis());
    assertThat(missing(child)).as("round %s, log %s", round, warnings(child)).isEmpty();
    assertThat(exit).isLessThan(Duration.ofSeconds(40));
  }

  private static Duration run(ChildJvm child) throws Exception {
    child.load(CLIENTS);
    child.awaitAccepted(2 * CLIENTS);
    TimeUnit.MILLISECONDS.sleep(ThreadLocalRandom.current().nextInt(LONGEST_MILLIS));
    return child.terminate();
  }

  private List<String> missing(ChildJvm child) {
    Set<String> received =
        receiver.spans("work").stream().map(ReceivedSpan::traceId).collect(Collectors.toSet());
    List<String> missing = new ArrayList<>(child.accepted());
    missing.removeAll(received);
    missing.removeAll(abandoned(child));
    return missing;
  }

  private static List<String> warnings(ChildJvm child) {
    return child.log().stream().filter(line -> !line.contains("INFO")).toList();
  }

  private static List<String> abandoned(ChildJvm child) {
    return child.accepted().stream()
        .filter(
            trace ->
                child.log().stream()
                    .anyMatch(line -> line.contains("abandoned") && line.contains(trace)))
        .toList();
  }

  private ChildJvm start(String kind, Map<String, String> more) throws Exception {
    List<String> options = new ArrayList<>(List.of("-Xmx256m", "-XX:TieredStopAtLevel=1"));
    options.add("-Djava.util.logging.manager=" + LastingLogManager.class.getName());
    if (kind.equals("agent")) {
      options.add("-javaagent:" + System.getProperty("afterspan.agent"));
      options.add("-Dotel.javaagent.extensions=" + System.getProperty("afterspan.extension"));
    }
    Map<String, String> environment =
        new HashMap<>(
            Map.of(
                "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
                receiver.endpoint(),
                "OTEL_EXPORTER_OTLP_PROTOCOL",
                "http/protobuf",
                "OTEL_METRICS_EXPORTER",
                "none",
                "OTEL_LOGS_EXPORTER",
                "none",
                "OTEL_BSP_MAX_QUEUE_SIZE",
                "16384"));
    environment.putAll(more);
    return new ChildJvm(options, List.of(container.getName(), kind), environment);
  }
}
