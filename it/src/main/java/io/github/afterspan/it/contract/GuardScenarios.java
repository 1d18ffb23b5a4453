// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it.contract;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.afterspan.WorkerOptions;
import io.github.afterspan.WorkerOptions.OnCapture;
import io.github.afterspan.it.Application;
import io.github.afterspan.it.H2Client;
import io.github.afterspan.it.Handler;
import io.github.afterspan.it.HttpConnection;
import io.github.afterspan.it.contract.ContainerContract.CapturedRequest;
import io.github.afterspan.servlet.BackgroundDispatchFilter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** What alice's task can do with her request while bob is served on the same connection. */
abstract class GuardScenarios extends Scenarios {

  private final CountDownLatch bobIsServed = new CountDownLatch(1);
  private final CompletableFuture<Map<String, String>> probed = new CompletableFuture<>();
  private final AtomicReference<CapturedExchange> captured = new AtomicReference<>();

  abstract CapturedRequest withoutUs();

  @Test
  void showsWhatTheContainerShows_whenThereIsNoGuard() throws Exception {
    int port = container.start(new Application().servlet("/who", byThread(false)));

    serveAliceThenBob(connect(port));

    assertUnguarded();
  }

  @Test
  void showsWhatTheContainerShows_whenTheGuardIsOff() throws Exception {
    int port =
        container.start(
            new Application()
                .backgroundFilter(Map.of("request-guard", "off"))
                .servlet("/who", byTask(false)));

    serveAliceThenBob(connect(port));

    assertUnguarded();
  }

  private void assertUnguarded() throws Exception {
    String seen = results().get("request.getHeader");
    switch (withoutUs()) {
      case NEXT_REQUEST -> assertThat(seen).isEqualTo("bob");
      case STALE -> assertThat(seen).isEqualTo("alice");
      case REFUSES -> assertThat(seen).startsWith("java.lang.IllegalStateException");
    }
  }

  @Test
  void refusesToSpeak_whenTheNextRequestOfTheConnectionIsServed() throws Exception {
    int port = start(new Application().servlet("/who", byTask(false)));

    HttpConnection.Response bob = serveAliceThenBob(connect(port));

    assertAllRefused(26);
    assertUntouched(bob, port);
  }

  @Test
  void refusesToSpeak_whenReaderAndWriterWereCaptured() throws Exception {
    int port = start(new Application().servlet("/who", byTask(true)));

    HttpConnection.Response bob = serveAliceThenBob(connect(port));

    assertAllRefused(26);
    assertUntouched(bob, port);
  }

  @Test
  void refusesToSpeak_whenWhatWasCapturedIsAWrapperOfIt() throws Exception {
    int port = start(new Application().filter(new WrappingFilter()).servlet("/who", byTask(false)));

    HttpConnection.Response bob = serveAliceThenBob(connect(port));

    assertThat(results().get("request.getHeader")).contains("copy the values you need");
    assertUntouched(bob, port);
  }

  @Test
  void refusesToSpeak_whenTheConnectionIsHttp2() throws Exception {
    int port =
        start(
            new Application()
                .servlet("/who", byTask(false))
                .servlet("/upgrade", (request, response) -> response.setStatus(204)));
    H2Client client = new H2Client(port, "/upgrade");

    client.get("/who", "alice").get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    String bob = client.get("/who", "bob").get(PATIENCE_SECONDS, TimeUnit.SECONDS).body();

    assertAllRefused(26);
    assertThat(bob).isEqualTo("hello bob, you sent 0 bytes");
  }

  @Test
  void namesTheTask_whenItRefuses() throws Exception {
    int port = start(new Application().servlet("/who", byTask(false)));

    serveAliceThenBob(connect(port));

    assertThat(results().get("request.getHeader"))
        .isEqualTo(
            "java.lang.IllegalStateException: getHeader(): task \"probe\" used a request whose"
                + " exchange is over, when the container may be serving somebody else with it;"
                + " copy the values you need before dispatching");
  }

  @Test
  void leavesTheSessionUsable_whenTheRequestIsOver() throws Exception {
    CompletableFuture<Object> seen = new CompletableFuture<>();
    CountDownLatch over = new CountDownLatch(1);
    int port =
        start(
            WorkerOptions.builder().captureCheck(OnCapture.OFF).build(),
            new Application()
                .servlet(
                    "/one",
                    handler(
                        "handler",
                        (request, response) -> {
                          HttpSession session = request.getSession();
                          session.setAttribute("cart", "full");
                          BackgroundDispatchFilter.dispatcher(request)
                              .dispatch(
                                  "reads session",
                                  () -> {
                                    await(over);
                                    seen.complete(session.getAttribute("cart"));
                                  });
                        })));

    assertThat(connect(port).get("/one").status()).isEqualTo(200);
    over.countDown();

    assertThat(seen.get(PATIENCE_SECONDS, TimeUnit.SECONDS)).isEqualTo("full");
  }

  @Test
  void readsParts_whenAFileIsUploaded() throws Exception {
    int port =
        start(
            new Application()
                .servlet(
                    "/upload",
                    handler(
                        "handler",
                        (request, response) -> {
                          byte[] file = request.getPart("file").getInputStream().readAllBytes();
                          response.getWriter().print(file.length);
                        })));
    HttpConnection connection = connect(port);

    connection.send(
        "POST",
        "/upload",
        Map.of("Content-Type", "multipart/form-data; boundary=X"),
        """
        --X
        Content-Disposition: form-data; name="file"; filename="a"

        12345
        --X--
        """
            .replace("\n", "\r\n"));

    assertThat(connection.receive().body()).isEqualTo("5");
    assertNothingFailed();
  }

  @Test
  void refusesTheDispatch_whenTheBodyCapturesARequestAndThatIsToFail() throws Exception {
    int port =
        start(
            WorkerOptions.builder().captureCheck(OnCapture.FAIL).build(),
            new Application()
                .servlet(
                    "/one",
                    handler(
                        "handler",
                        (request, response) ->
                            assertThatThrownBy(
                                    () ->
                                        BackgroundDispatchFilter.dispatcher(request)
                                            .dispatch("captures", () -> request.getHeader("a")))
                                .isInstanceOf(IllegalArgumentException.class)
                                .hasMessageContaining("captures"))));

    assertThat(connect(port).get("/one").status()).isEqualTo(200);
    assertNothingFailed();
  }

  /** Lets alice's request be captured by a task of ours. */
  private Handler byTask(boolean characters) {
    return who(
        characters,
        (request, probe) ->
            BackgroundDispatchFilter.dispatcher(request).dispatch("probe", probe::run));
  }

  /** Lets alice's request be captured by a plain thread. */
  private Handler byThread(boolean characters) {
    return who(characters, (request, probe) -> new Thread(probe, "probe").start());
  }

  private interface Capture {
    void start(HttpServletRequest request, Runnable probe);
  }

  private Handler who(boolean characters, Capture capture) {
    return (request, response) -> {
      String user = requireNonNull(request.getHeader("X-User"), "X-User");
      if (user.equals("alice")) {
        captured.set(CapturedExchange.of(request, response, characters));
        capture.start(request, this::probe);
      } else if (user.equals("bob")) {
        bobIsServed.countDown();
        results();
      }
      int sent =
          characters
              ? (int) request.getReader().transferTo(java.io.Writer.nullWriter())
              : request.getInputStream().readAllBytes().length;
      String answer = "hello " + user + ", you sent " + sent + " bytes";
      if (characters) {
        response.getWriter().print(answer);
      } else {
        response.getOutputStream().print(answer);
      }
    };
  }

  private void probe() {
    try {
      await(bobIsServed);
      probed.complete(requireNonNull(captured.get(), "captured").tryEverything());
    } catch (Throwable e) {
      probed.completeExceptionally(e);
    }
  }

  private Map<String, String> results() throws Exception {
    return probed.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  private static HttpConnection.Response serveAliceThenBob(HttpConnection connection)
      throws IOException {
    connection.send("POST", "/who", Map.of("X-User", "alice"), "body of alice");
    assertThat(connection.receive().body()).isEqualTo("hello alice, you sent 13 bytes");
    connection.send("POST", "/who", Map.of("X-User", "bob"), "body of bob");
    return connection.receive();
  }

  private void assertAllRefused(int probes) throws Exception {
    Map<String, String> results = results();
    assertThat(results).hasSize(probes);
    assertThat(results)
        .allSatisfy(
            (member, result) ->
                assertThat(result)
                    .startsWith("java.lang.IllegalStateException: ")
                    .contains("copy the values you need"));
  }

  /** Checks that bob got what he gets on a connection where nobody was before him. */
  private void assertUntouched(HttpConnection.Response bob, int port) throws IOException {
    HttpConnection fresh = connect(port);
    fresh.send("POST", "/who", Map.of("X-User", "bob"), "body of bob");
    assertThat(bob.body()).isEqualTo("hello bob, you sent 11 bytes");
    assertThat(withoutDate(bob)).isEqualTo(withoutDate(fresh.receive()));
  }

  private static String withoutDate(HttpConnection.Response response) {
    return response.raw().replaceAll("(?m)^Date: .*$", "");
  }

  /** Wraps the request, as security frameworks do. */
  private static final class WrappingFilter extends HttpFilter {
    private static final long serialVersionUID = 1L;

    @Override
    protected void doFilter(
        HttpServletRequest request, HttpServletResponse response, FilterChain chain)
        throws IOException, ServletException {
      chain.doFilter(new HttpServletRequestWrapper(request), response);
    }
  }
}
