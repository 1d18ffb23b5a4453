// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it.contract;

import static io.github.afterspan.StartMode.AFTER_RESPONSE;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.afterspan.BackgroundDispatcher;
import io.github.afterspan.it.Application;
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
    int port =
        start(
            new Application()
                .servlet(
                    "/async",
                    handler(
                        "handler",
                        (request, response) -> {
                          dispatchAfter(request, "after");
                          BackgroundDispatcher background =
                              BackgroundDispatchFilter.dispatcher(request);
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
                        })));

    HttpConnection connection = connect(port);
    connection.send("GET", "/async", Map.of(), "");
    receiver.awaitSpan("server");
    handlerLeft.countDown();

    assertThat(connection.receive().body()).isEqualTo("done");
    assertRanOnce("after", "from another thread");
    assertChild("handler", "after");
    assertChild("server", "from another thread");
    assertThat(steps.peek()).isEqualTo("completes");
  }

  @Test
  void runsTasks_whenTheHandlerCompletesItself() throws Exception {
    int port =
        start(
            new Application()
                .servlet(
                    "/async",
                    handler(
                        "handler",
                        (request, response) -> {
                          dispatchAfter(request, "after");
                          AsyncContext async = request.startAsync();
                          response.getWriter().print("done");
                          async.complete();
                          dispatch(request, "behind", AFTER_RESPONSE);
                        })));

    assertThat(connect(port).get("/async").body()).isEqualTo("done");

    assertRanOnce("after", "behind");
  }

  @Test
  void runsTasks_whenAnotherThreadCompletesBeforeTheHandlerReturns() throws Exception {
    int port =
        start(
            new Application()
                .servlet(
                    "/async",
                    handler(
                        "handler",
                        (request, response) -> {
                          dispatchAfter(request, "after");
                          AsyncContext async = request.startAsync();
                          CountDownLatch completed = new CountDownLatch(1);
                          elsewhere(
                              () -> {
                                async.complete();
                                completed.countDown();
                              });
                          await(completed);
                        })));

    assertThat(connect(port).get("/async").status()).isEqualTo(200);

    assertRanOnce("after");
  }

  @Test
  void runsTask_whenTheRequestTimesOut() throws Exception {
    int port =
        start(
            new Application()
                .servlet(
                    "/async",
                    handler(
                        "handler",
                        (request, response) -> {
                          dispatchAfter(request, "after");
                          request.startAsync().setTimeout(200);
                        })));

    assertThat(connect(port).get("/async").status()).isEqualTo(500);

    assertRanOnce("after");
  }

  @Test
  void runsTask_whenAListenerCompletesOnTimeout() throws Exception {
    int port =
        start(
            new Application()
                .servlet(
                    "/async",
                    handler(
                        "handler",
                        (request, response) -> {
                          dispatchAfter(request, "after");
                          AsyncContext async = request.startAsync();
                          async.addListener(new CompleteOnTimeout());
                          async.setTimeout(200);
                        })));

    assertThat(connect(port).get("/async").body()).isEqualTo("too late");

    assertRanOnce("after");
  }

  @Test
  void runsTask_whenTheHandlerThrowsAfterHavingStarted() throws Exception {
    int port =
        start(
            new Application()
                .servlet(
                    "/async",
                    handler(
                        "handler",
                        (request, response) -> {
                          dispatchAfter(request, "after");
                          request.startAsync();
                          throw new Expected();
                        })));

    assertThat(connect(port).get("/async").status()).isEqualTo(500);

    assertRanOnce("after");
  }

  @Test
  void runsTasks_whenTheContainersThreadCompletes() throws Exception {
    int port =
        start(
            new Application()
                .servlet(
                    "/async",
                    handler(
                        "handler",
                        (request, response) -> {
                          dispatchAfter(request, "after");
                          BackgroundDispatcher background =
                              BackgroundDispatchFilter.dispatcher(request);
                          AsyncContext async = request.startAsync();
                          async.start(
                              () -> {
                                dispatchUnchecked(background, "from the container's thread");
                                async.complete();
                              });
                        })));

    assertThat(connect(port).get("/async").status()).isEqualTo(200);

    assertRanOnce("after", "from the container's thread");
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
