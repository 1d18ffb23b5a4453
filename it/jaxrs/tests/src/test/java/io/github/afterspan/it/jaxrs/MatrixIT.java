// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it.jaxrs;

import static io.github.afterspan.it.jaxrs.Matrix.DISPATCHED;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.afterspan.it.OtlpReceiver;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every injection point on every implementation on every container: the task is dispatched, and its
 * span is exported as a child of the request's; or the injected object says what the README says.
 */
@Timeout(300)
class MatrixIT {

  private static final OtlpReceiver RECEIVER = OtlpReceiver.start();
  private static final Map<WebServer.Kind, Deployment> DEPLOYMENTS =
      new EnumMap<>(WebServer.Kind.class);

  /** All calls of all tests. A span takes its time to arrive, and like this the times overlap. */
  private static final Map<Cell, FutureTask<List<Call>>> CALLS = new LinkedHashMap<>();

  /** One test. */
  private record Cell(WebServer.Kind kind, Implementation implementation, Matrix.Row row) {
    @Override
    public String toString() {
      return kind + " " + implementation + " " + row;
    }
  }

  /** What a call was answered, and in which trace its task has to be. */
  private record Call(String answer, Trace trace) {}

  @BeforeAll
  static void deployAndCall(@TempDir Path folder) throws Exception {
    for (WebServer.Kind kind : WebServer.Kind.values()) {
      Map<String, WebApp> applications = new LinkedHashMap<>();
      for (Implementation implementation : Implementation.values()) {
        Path place = folder.resolve(kind + "/" + implementation);
        applications.put("/" + implementation, webApp(place, implementation));
      }
      DEPLOYMENTS.put(kind, Deployment.on(kind, folder.resolve(kind + "-work"), applications));
    }
    for (Cell cell : cells()) {
      // Twice: what is made once for all requests must not remember the first.
      CALLS.put(cell, new FutureTask<>(() -> List.of(call(cell), call(cell))));
    }
    CALLS.values().forEach(FutureTask::run);
  }

  private static WebApp webApp(Path folder, Implementation implementation) throws Exception {
    String application =
        implementation.variantOf("io.github.afterspan.it.jaxrs.app.MatrixApplication");
    return WebApp.in(folder)
        .libraries(implementation.libraries(), jar -> true)
        .telemetry(RECEIVER.endpoint())
        .backgroundFilter()
        .servlet(implementation.servlet, implementation.servletParameters(application), "/api/*");
  }

  @AfterAll
  static void stop() throws Exception {
    for (Deployment deployment : DEPLOYMENTS.values()) {
      deployment.close();
    }
    RECEIVER.close();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cells")
  void answersAndExportsAsTheMatrixSays(Cell cell) throws Exception {
    String expected = cell.row().answerOf(cell.implementation());
    for (Call call : CALLS.get(cell).get(0, SECONDS)) {
      if (expected.equals(DISPATCHED)) {
        assertThat(call.answer()).isEqualTo(DISPATCHED);
        call.trace().assertTaskIsIn(RECEIVER);
      } else {
        assertThat(call.answer()).contains(expected);
      }
    }
  }

  private static Call call(Cell cell) throws Exception {
    Client client = DEPLOYMENTS.get(cell.kind()).client();
    String application = "/" + cell.implementation() + "/api/";
    Trace trace = Trace.create();
    String before = cell.row().pathBefore();
    if (before == null) {
      return new Call(client.text(application + cell.row().path(), trace), trace);
    }
    // What was kept belongs to the first of two requests, and so do the tasks it dispatches.
    assertThat(client.text(application + before, trace)).isEqualTo("kept");
    return new Call(client.text(application + cell.row().path(), Trace.create()), trace);
  }

  static List<Cell> cells() {
    List<Cell> cells = new ArrayList<>();
    for (WebServer.Kind kind : WebServer.Kind.values()) {
      for (Implementation implementation : Implementation.values()) {
        List<Matrix.Row> rows = Matrix.rows();
        if (implementation.isJersey()) {
          rows.addAll(Matrix.jerseyRows());
        }
        rows.forEach(row -> cells.add(new Cell(kind, implementation, row)));
      }
    }
    return cells;
  }
}
