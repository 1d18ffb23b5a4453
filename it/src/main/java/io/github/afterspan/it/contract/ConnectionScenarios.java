// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it.contract;

import static io.github.afterspan.StartMode.AFTER_RESPONSE;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.afterspan.it.Application;
import io.github.afterspan.it.H2Client;
import io.github.afterspan.it.Handler;
import io.github.afterspan.it.HttpConnection;
import io.github.afterspan.it.ReceivedSpan;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.ServletOutputStream;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Requests that share a connection, and clients that go away. */
abstract class ConnectionScenarios extends Scenarios {

  private static final String[] USERS = {"alice", "bob", "carol", "dave"};

  @Test
  void runsTheTasksOfEachRequest_whenTheConnectionIsKept() throws Exception {
    int port = start(new Application().servlet("/one", handler("handler", taskPerUser())));
    HttpConnection connection = connect(port);

    for (String user : USERS) {
      connection.send("GET", "/one", Map.of("X-User", user), "");
      assertThat(connection.receive().body()).isEqualTo("hello " + user);
    }

    assertRanOnce(USERS);
    assertTracesDiffer();
  }

  @Test
  void runsTheTasksOfEachRequest_whenTheConnectionIsHttp2() throws Exception {
    int port =
        start(
            new Application()
                .servlet("/one", handler("handler", taskPerUser()))
                .servlet("/upgrade", (request, response) -> response.setStatus(204)));
    H2Client client = new H2Client(port, "/upgrade");

    List<CompletableFuture<HttpResponse<String>>> responses = new ArrayList<>();
    for (String user : USERS) {
      responses.add(client.get("/one", user));
    }
    for (int i = 0; i < USERS.length; i++) {
      assertThat(responses.get(i).get(PATIENCE_SECONDS, TimeUnit.SECONDS).body())
          .isEqualTo("hello " + USERS[i]);
    }

    assertRanOnce(USERS);
    assertTracesDiffer();
  }

  @Test
  void runsTask_whenTheClientGoesAwayBeforeTheResponse() throws Exception {
    CountDownLatch gone = new CountDownLatch(1);
    int port =
        start(
            new Application()
                .servlet(
                    "/one",
                    telemetry.inSpan(
                        "handler",
                        (request, response) -> {
                          dispatchAfter(request, "after");
                          await(gone);
                          writeUntilNoticed(response.getOutputStream());
                        })));
    HttpConnection connection = connect(port);
    connection.send("GET", "/one", Map.of(), "");
    receiver.awaitSpan("overtaking");
    connection.abort();
    gone.countDown();

    assertRanOnce("after");
    assertChild("handler", "after");
  }

  @Test
  void runsTask_whenTheClientGoesAwayDuringAsynchronousProcessing() throws Exception {
    CountDownLatch gone = new CountDownLatch(1);
    int port =
        start(
            new Application()
                .servlet(
                    "/one",
                    telemetry.inSpan(
                        "handler",
                        (request, response) -> {
                          dispatchAfter(request, "after");
                          AsyncContext async = request.startAsync();
                          async.start(() -> writeThenComplete(async, gone));
                        })));
    HttpConnection connection = connect(port);
    connection.send("GET", "/one", Map.of(), "");
    receiver.awaitSpan("handler");
    connection.abort();
    gone.countDown();

    assertRanOnce("after");
    assertChild("handler", "after");
  }

  @Test
  void runsTask_whenTheClientGoesAwayInTheMiddleOfItsRequest() throws Exception {
    int port =
        start(
            new Application()
                .servlet(
                    "/one",
                    telemetry.inSpan(
                        "handler",
                        (request, response) -> {
                          dispatchAfter(request, "after");
                          request.getInputStream().readAllBytes();
                        })));
    HttpConnection connection = connect(port);
    connection.sendRaw("POST /one HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nhello");
    receiver.awaitSpan("overtaking");
    connection.abort();

    assertRanOnce("after");
  }

  @Test
  void runsTaskAndLeavesTheConnection_whenItIsUpgraded() throws Exception {
    int port =
        start(
            new Application()
                .servlet(
                    "/one",
                    handler(
                        "handler",
                        (request, response) -> {
                          dispatchAfter(request, "after");
                          response.setStatus(101);
                          response.setHeader("Connection", "Upgrade");
                          response.setHeader("Upgrade", "letter");
                          request.upgrade(UpgradedGreeting.class);
                        })));
    HttpConnection connection = connect(port);
    connection.sendRaw(
        "GET /one HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: letter\r\n\r\n");

    assertThat(connection.receive().status()).isEqualTo(101);
    assertThat(connection.read()).isEqualTo('e');
    connection.close();
    assertRanOnce("after");
  }

  private Handler taskPerUser() {
    return (request, response) -> {
      String user = requireNonNull(request.getHeader("X-User"), "X-User");
      dispatch(request, user, AFTER_RESPONSE);
      response.getWriter().print("hello " + user);
    };
  }

  private void assertTracesDiffer() {
    assertThat(receiver.spans().stream().filter(span -> List.of(USERS).contains(span.name())))
        .extracting(ReceivedSpan::traceId)
        .doesNotHaveDuplicates()
        .hasSize(USERS.length);
  }

  /** Writes until the container finds out that nobody reads, or long enough that it does not. */
  private static void writeUntilNoticed(ServletOutputStream out) throws IOException {
    byte[] block = new byte[64 * 1024];
    for (int i = 0; i < 500; i++) {
      out.write(block);
    }
  }

  private static void writeThenComplete(AsyncContext async, CountDownLatch gone) {
    try {
      await(gone);
      writeUntilNoticed(async.getResponse().getOutputStream());
    } catch (IOException | InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      try {
        async.complete();
      } catch (IllegalStateException e) {
        // the container has completed it, having noticed first
      }
    }
  }
}
