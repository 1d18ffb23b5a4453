// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it.contract;

import static io.github.afterspan.StartMode.AFTER_RESPONSE;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.afterspan.BackgroundDispatcher;
import io.github.afterspan.it.Application;
import io.github.afterspan.it.Handler;
import io.github.afterspan.it.HttpConnection;
import io.github.afterspan.servlet.BackgroundDispatchFilter;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** Requests that go on when their handler has returned. */
abstract class AsynchronousScenarios extends OffThreadScenarios {

  @Test
  void runsTasksAfterCompletion_whenAnotherThreadCompletes() throws Exception {
    CountDownLatch handlerLeft = new CountDownLatch(1);
    HttpConnection connection =
        request(
            (request, response) -> {
              BackgroundDispatcher background = BackgroundDispatchFilter.dispatcher(request);
              AsyncContext async = request.startAsync();
              elsewhere(
                  () -> {
                    await(handlerLeft);
                    assertWaiting(background, "after");
                    dispatchAfter(background, "from another thread");
                    steps.add("completes");
                    async.getResponse().getWriter().print("done");
                    async.complete();
                  });
            });
    receiver.awaitSpan("server");
    handlerLeft.countDown();

    assertThat(connection.receive().body()).isEqualTo("done");
    assertRanOnce("after", "from another thread");
    assertChild("handler", "after");
    assertChild("server", "from another thread");
    assertThat(steps.peek()).isEqualTo("completes");
  }

  /** What the handler was given goes on to work, however long it has been left. */
  @Test
  void leavesRequestAndResponseUsable_whileAnotherThreadHandlesThem() throws Exception {
    CountDownLatch handlerLeft = new CountDownLatch(1);
    HttpConnection connection =
        request(
            (request, response) -> {
              AsyncContext async = request.startAsync(request, response);
              elsewhere(
                  () -> {
                    await(handlerLeft);
                    response.setStatus(202);
                    response.setHeader("X-User", request.getHeader("X-User"));
                    response.getWriter().print(request.getParameter("item"));
                    async.complete();
                  });
            });
    receiver.awaitSpan("server");
    handlerLeft.countDown();

    HttpConnection.Response response = connection.receive();
    assertThat(response.status()).isEqualTo(202);
    assertThat(response.header("X-User")).isEqualTo("alice");
    assertThat(response.body()).isEqualTo("teapot");
    assertRanOnce("after");
  }

  @Test
  void runsTasks_whenTheHandlerCompletesItself() throws Exception {
    HttpConnection connection =
        request(
            (request, response) -> {
              AsyncContext async = request.startAsync();
              response.getWriter().print("done");
              async.complete();
              dispatch(request, "behind", AFTER_RESPONSE);
            });

    assertThat(connection.receive().body()).isEqualTo("done");
    assertRanOnce("after", "behind");
  }

  @Test
  void runsTasks_whenAnotherThreadCompletesBeforeTheHandlerReturns() throws Exception {
    HttpConnection connection =
        request(
            (request, response) -> {
              AsyncContext async = request.startAsync();
              CountDownLatch completed = new CountDownLatch(1);
              elsewhere(
                  () -> {
                    async.complete();
                    completed.countDown();
                  });
              await(completed);
            });

    assertThat(connection.receive().status()).isEqualTo(200);
    assertRanOnce("after");
  }

  @Test
  void runsTask_whenTheRequestTimesOut() throws Exception {
    HttpConnection connection =
        request((request, response) -> request.startAsync().setTimeout(200));

    assertThat(connection.receive().status()).isEqualTo(500);
    assertRanOnce("after");
  }

  @Test
  void runsTask_whenAListenerCompletesOnTimeout() throws Exception {
    HttpConnection connection =
        request(
            (request, response) -> {
              AsyncContext async = request.startAsync();
              async.addListener(new CompleteOnTimeout());
              async.setTimeout(200);
            });

    assertThat(connection.receive().body()).isEqualTo("too late");
    assertRanOnce("after");
  }

  @Test
  void runsTask_whenTheHandlerThrowsAfterHavingStarted() throws Exception {
    HttpConnection connection =
        request(
            (request, response) -> {
              request.startAsync();
              throw new Expected();
            });

    assertThat(connection.receive().status()).isEqualTo(500);
    assertRanOnce("after");
  }

  @Test
  void runsTasks_whenTheContainersThreadCompletes() throws Exception {
    HttpConnection connection =
        request(
            (request, response) -> {
              BackgroundDispatcher background = BackgroundDispatchFilter.dispatcher(request);
              AsyncContext async = request.startAsync();
              async.start(
                  () -> {
                    dispatchUnchecked(background, "from the container's thread");
                    async.complete();
                  });
            });

    assertThat(connection.receive().status()).isEqualTo(200);
    assertRanOnce("after", "from the container's thread");
  }

  /** Sends a request whose handler dispatches a task and then goes on as told. */
  private HttpConnection request(Handler goingOn) throws Exception {
    int port =
        start(
            new Application()
                .servlet(
                    "/async",
                    handler(
                        "handler",
                        (request, response) -> {
                          dispatchAfter(request, "after");
                          goingOn.handle(request, response);
                        })));
    HttpConnection connection = connect(port);
    connection.send("GET", "/async?item=teapot", Map.of("X-User", "alice"), "");
    return connection;
  }

  private static final class CompleteOnTimeout implements AsyncListener {
    @Override
    public void onTimeout(AsyncEvent event) throws IOException {
      event.getAsyncContext().getResponse().getWriter().print("too late");
      event.getAsyncContext().complete();
    }

    @Override
    public void onComplete(AsyncEvent event) {}

    @Override
    public void onError(AsyncEvent event) {}

    @Override
    public void onStartAsync(AsyncEvent event) {}
  }
}
