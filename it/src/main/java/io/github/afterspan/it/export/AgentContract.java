// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it.export;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.afterspan.it.Container;
import io.github.afterspan.it.HttpConnection;
import io.github.afterspan.it.OtlpReceiver;
import io.github.afterspan.it.ReceivedSpan;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A program under the Java agent, whose server span and context propagation are not ours. */
@Timeout(180)
public abstract class AgentContract {

  /** More than any pool of the container keeps, and than run at once. */
  private static final int HELD = 40;

  /** What the application is given, and lets go of the container's request in time. */
  private static final String GUARDED = ".GuardedRequest";

  private final OtlpReceiver receiver = OtlpReceiver.start();
  private final Class<? extends Container> container;
  private final String requestClass;

  /**
   * Made by the test of one container.
   *
   * @param container the container, which has a constructor without parameters
   * @param requestClass the class of the container's requests, of which each request has another
   */
  protected AgentContract(Class<? extends Container> container, String requestClass) {
    this.container = container;
    this.requestClass = requestClass;
  }

  @AfterEach
  void closeReceiver() {
    receiver.close();
  }

  @Test
  void tracesAreWholeAndQueuedTasksHoldNoRequest() throws Exception {
    Map<String, String> environment = new HashMap<>(WorkJvm.exportingTo(receiver));
    environment.put("OTEL_BSP_SCHEDULE_DELAY", "100");
    try (ChildJvm child = WorkJvm.underTheAgent(container, environment)) {
      int port = child.port();
      assertWhole(get(port, WorkProcess.PATH).header(WorkProcess.TRACE));

      hold(port, "background");
      Awaitility.await()
          .untilAsserted(
              () -> {
                String heap = get(port, HeldRequests.PATH + "?heap").body();
                assertThat(live(heap, requestClass)).as(heap).isBetween(1, HELD - 1);
                assertThat(live(heap, GUARDED)).as(heap).isBetween(1, HELD - 1);
                assertThat(live(heap, ".SdkSpan")).as(heap).isLessThan(HELD);
              });

      hold(port, "executor"); // the control
      String heap = get(port, HeldRequests.PATH + "?heap").body();
      assertThat(live(heap, GUARDED)).as(heap).isGreaterThanOrEqualTo(HELD);
      assertThat(live(heap, ".SdkSpan")).as(heap).isGreaterThanOrEqualTo(HELD);
    }
  }

  /** Checks that a trace is the agent's server span, the handler's, and the task's, once each. */
  private void assertWhole(String trace) {
    receiver.awaitSpans(3, "of trace " + trace, span -> span.traceId().equals(trace));
    List<ReceivedSpan> spans =
        receiver.spans().stream().filter(span -> span.traceId().equals(trace)).toList();
    assertThat(spans)
        .extracting(ReceivedSpan::name)
        .containsExactlyInAnyOrder("GET " + WorkProcess.PATH, "handle", "work");
    ReceivedSpan server = named(spans, "GET " + WorkProcess.PATH);
    assertThat(server.kind()).isEqualTo("SERVER");
    assertThat(server.parentSpanId()).isEmpty();
    assertThat(named(spans, "handle").parentSpanId()).isEqualTo(server.spanId());
    assertThat(named(spans, "work").parentSpanId()).isEqualTo(named(spans, "handle").spanId());
  }

  private static ReceivedSpan named(List<ReceivedSpan> spans, String name) {
    return spans.stream().filter(span -> span.name().equals(name)).findFirst().orElseThrow();
  }

  private static void hold(int port, String how) throws IOException {
    for (int i = 0; i < HELD + WorkProcess.CONCURRENCY; i++) {
      assertThat(get(port, HeldRequests.PATH + "?" + how).status()).isEqualTo(200);
    }
  }

  /** On a connection of its own, since a container may keep the request of an open one. */
  private static HttpConnection.Response get(int port, String path) throws IOException {
    try (HttpConnection connection = HttpConnection.open(port)) {
      return connection.get(path);
    }
  }

  private static int live(String heap, String classSuffix) {
    Matcher line =
        Pattern.compile(
                "\\d+: +(\\d+) +\\d+ +\\S*" + Pattern.quote(classSuffix) + "$", Pattern.MULTILINE)
            .matcher(heap);
    return line.find() ? Integer.parseInt(line.group(1)) : 0;
  }
}
