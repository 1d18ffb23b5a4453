// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it.contract;

import static io.github.afterspan.StartMode.AFTER_SUCCESSFUL_RESPONSE;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.afterspan.BackgroundDispatcher;
import io.github.afterspan.TaskState;
import io.github.afterspan.it.Application;
import io.github.afterspan.it.Handler;
import io.github.afterspan.it.HttpConnection;
import io.github.afterspan.servlet.BackgroundDispatchFilter;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.ServletResponse;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/**
 * When a task starts whose client takes its time: the response is in the container's buffer as the
 * handler returns, and is larger than what a connection holds.
 */
abstract class LastByteScenarios extends OffThreadScenarios {

  /** The filter's init-params. */
  static final Map<String, String> LAST_BYTE = Map.of("after-response", "last-byte");

  private static final int SIZE = 8 * 1024 * 1024;

  private final AtomicReference<BackgroundDispatcher> background = new AtomicReference<>();
  private boolean awaitsLastByte = true;

  @Override
  Map<String, String> filterParameters() {
    return awaitsLastByte ? LAST_BYTE : Map.of();
  }

  /** The control. */
  @Test
  void startsTaskBeforeTheClientHasTheResponse_unlessToldToWait() throws Exception {
    awaitsLastByte = false;
    HttpConnection connection = request((request, response) -> fill(response));

    assertThat(outcome("after")).isEqualTo(TaskState.SUCCEEDED);
    assertThat(connection.receive().body()).hasSize(SIZE);
  }

  @Test
  void startsTaskWhenTheClientHasTheResponse() throws Exception {
    HttpConnection connection = request((request, response) -> fill(response));

    assertWaitsUntilReceived(connection);
  }

  @Test
  void startsTaskWhenTheClientHasTheResponse_whenAnotherThreadCompletes() throws Exception {
    CountDownLatch completed = new CountDownLatch(1);
    HttpConnection connection =
        request(
            (request, response) -> {
              AsyncContext async = request.startAsync();
              elsewhere(
                  () -> {
                    fill(async.getResponse());
                    async.complete();
                    completed.countDown();
                  });
            });
    await(completed);

    assertWaitsUntilReceived(connection);
  }

  private void assertWaitsUntilReceived(HttpConnection connection) throws Exception {
    BackgroundDispatcher dispatcher = requireNonNull(background.get(), "dispatcher");
    for (int look = 0; look < 20; look++) {
      assertWaiting(dispatcher, "after");
    }
    assertThat(connection.receive().body()).hasSize(SIZE);
    assertRanOnce("after");
    assertThat(outcome("if all is well")).isEqualTo(TaskState.SUCCEEDED);
  }

  @Test
  void runsTask_whenTheClientGoesAwayInsteadOfReading() throws Exception {
    HttpConnection connection = request((request, response) -> fill(response));
    assertWaiting(requireNonNull(background.get(), "dispatcher"), "after");

    connection.abort();

    assertRanOnce("after");
  }

  @Test
  void runsTask_whenTheHandlerClosesTheStream() throws Exception {
    HttpConnection connection = request((request, response) -> answerAndClose(response));

    assertThat(connection.receive().body()).isEqualTo("ok");
    assertThat(outcome("if all is well")).isEqualTo(TaskState.SUCCEEDED);
    assertRanOnce("after");
  }

  @Test
  void runsTask_whenAnotherThreadClosesTheStreamAndCompletes() throws Exception {
    HttpConnection connection =
        request(
            (request, response) -> {
              AsyncContext async = request.startAsync();
              elsewhere(
                  () -> {
                    answerAndClose(async.getResponse());
                    async.complete();
                  });
            });

    assertThat(connection.receive().body()).isEqualTo("ok");
    assertThat(outcome("if all is well")).isEqualTo(TaskState.SUCCEEDED);
    assertRanOnce("after");
  }

  @Test
  void runsTask_whenTheRequestIsDispatchedAgain() throws Exception {
    HttpConnection connection =
        request((request, response) -> request.startAsync().dispatch("/two"));

    assertThat(connection.receive().body()).isEqualTo("two");
    assertThat(outcome("if all is well")).isEqualTo(TaskState.SUCCEEDED);
    assertRanOnce("after");
  }

  @Test
  void runsTask_whenTheHandlerThrows() throws Exception {
    HttpConnection connection =
        request(
            (request, response) -> {
              throw new Expected();
            });

    assertThat(connection.receive().status()).isEqualTo(500);
    assertRanOnce("after");
    assertThat(outcome("if all is well")).isEqualTo(TaskState.SKIPPED);
  }

  @Test
  void runsTask_whenTheHandlerSendsAnError() throws Exception {
    HttpConnection connection = request((request, response) -> response.sendError(503));

    assertThat(connection.receive().status()).isEqualTo(503);
    assertRanOnce("after");
    assertThat(outcome("if all is well")).isEqualTo(TaskState.SKIPPED);
  }

  /** Sends a request, and returns when our filter was left. */
  private HttpConnection request(Handler ending) throws Exception {
    int port =
        start(
            new Application()
                .servlet(
                    "/one",
                    handler(
                        "handler",
                        (request, response) -> {
                          background.set(BackgroundDispatchFilter.dispatcher(request));
                          dispatchAfter(request, "after");
                          dispatch(request, "if all is well", AFTER_SUCCESSFUL_RESPONSE);
                          ending.handle(request, response);
                        }))
                .servlet(
                    "/two",
                    handler(
                        "two", (request, response) -> response.getOutputStream().print("two"))));
    HttpConnection connection = closing(HttpConnection.openNarrow(port));
    connection.send("GET", "/one", Map.of(), "");
    receiver.awaitSpan("server");
    return connection;
  }

  private static void answerAndClose(ServletResponse response) throws IOException {
    try (ServletOutputStream out = response.getOutputStream()) {
      out.print("ok");
    }
  }

  /** Leaves everything in the buffer, which takes pieces but nothing large at once. */
  private static void fill(ServletResponse response) throws IOException {
    response.setBufferSize(SIZE + 1);
    ServletOutputStream out = response.getOutputStream();
    byte[] piece = new byte[4096];
    for (int written = 0; written < SIZE; written += piece.length) {
      out.write(piece);
    }
  }
}
