// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it.durable;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.afterspan.it.OtlpReceiver;
import io.github.afterspan.it.ReceivedSpan;
import io.github.afterspan.it.export.ChildJvm;
import io.github.afterspan.it.export.WorkJvm;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Under the Java agent, which sees each statement that the engine sends to the database. */
@Timeout(300)
class AgentIT {

  private static final Pattern NEVER = Pattern.compile("^(never)$");

  @TempDir Path directory;

  @Test
  void tracesHaveTheApplicationsSpansOnceAndNoneOfTheEngine() throws Exception {
    try (OtlpReceiver receiver = OtlpReceiver.start()) {
      List<String> arguments = new ArrayList<>(WorkJvm.SMALL);
      arguments.addAll(WorkJvm.agent());
      arguments.addAll(List.of("-cp", WorkJvm.classPath(), AgentNode.class.getName()));
      arguments.add(directory.toString());
      try (ChildJvm node = new ChildJvm(arguments, WorkJvm.exportingTo(receiver), NEVER)) {
        assertThat(node.awaitExit()).as("%s", node.log()).isZero();
      }

      String setUp = receiver.awaitSpan(AgentNode.SET_UP).traceId();
      String request = receiver.awaitSpan(AgentNode.REQUEST).traceId();
      List<ReceivedSpan> spans =
          receiver.spans().stream()
              .filter(span -> !span.traceId().equals(setUp))
              .filter(span -> !opensConnection(span))
              .toList();
      assertThat(ties(spans))
          .containsExactlyInAnyOrder(
              "INTERNAL request <- nothing",
              "CLIENT INSERT jobs.db.orders <- request",
              "PRODUCER send record <- request",
              "CLIENT INSERT jobs.db.background_jobs <- send record",
              "PRODUCER send relay <- request",
              "CLIENT INSERT jobs.db.background_jobs <- send relay",
              "CONSUMER process record <- send record",
              "CLIENT INSERT jobs.db.ledger <- process record",
              "CONSUMER process relay <- send relay",
              "PRODUCER orders publish <- process relay",
              "CONSUMER orders receive <- orders publish");
      assertThat(spans).extracting(ReceivedSpan::traceId).containsOnly(request);
    }
  }

  /** The pool does that, whenever it likes. */
  private static boolean opensConnection(ReceivedSpan span) {
    String statement = String.valueOf(span.attributes().get("db.statement"));
    return statement.startsWith("pragma") || statement.equals("select ?");
  }

  private static List<String> ties(List<ReceivedSpan> spans) {
    Map<String, ReceivedSpan> byId =
        spans.stream().collect(Collectors.toMap(ReceivedSpan::spanId, Function.identity()));
    return spans.stream()
        .map(
            span -> {
              ReceivedSpan parent = byId.get(span.parentSpanId());
              String tie = parent == null ? "nothing" : parent.name();
              return span.kind() + " " + span.name() + " <- " + tie;
            })
        .toList();
  }
}
