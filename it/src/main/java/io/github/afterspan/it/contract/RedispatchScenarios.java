// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.afterspan.BackgroundDispatcher;
import io.github.afterspan.WorkerOptions;
import io.github.afterspan.it.Application;
import io.github.afterspan.it.HttpConnection;
import io.github.afterspan.servlet.BackgroundDispatchFilter;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.DispatcherType;
import java.util.EnumSet;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** Requests that go through the container again, once their handler has returned. */
abstract class RedispatchScenarios extends OffThreadScenarios {

  @Test
  void holdsTasksUntilTheLastDispatch_whenTheRequestIsDispatchedTwice() throws Exception {
    assertHoldsThroughDispatches(EnumSet.allOf(DispatcherType.class));
  }

  @Test
  void holdsTasksUntilTheLastDispatch_whenTheFilterIsMappedToRequestsOnly() throws Exception {
    assertHoldsThroughDispatches(EnumSet.of(DispatcherType.REQUEST));
  }

  private void assertHoldsThroughDispatches(EnumSet<DispatcherType> mappedTo) throws Exception {
    int port =
        start(
            WorkerOptions.defaults(),
            mappedTo,
            new Application()
                .servlet(
                    "/first",
                    handler(
                        "handler",
                        (request, response) -> {
                          dispatchAfter(request, "one");
                          request.startAsync().dispatch("/second");
                        }))
                .servlet(
                    "/second",
                    handler(
                        "second",
                        (request, response) -> {
                          assertWaiting(request, "one");
                          dispatchAfter(request, "two");
                          AsyncContext async = request.startAsync();
                          elsewhere(() -> async.dispatch("/third"));
                        }))
                .servlet(
                    "/third",
                    handler(
                        "third",
                        (request, response) -> {
                          assertThat(request.getDispatcherType()).isEqualTo(DispatcherType.ASYNC);
                          assertWaiting(request, "one");
                          assertWaiting(request, "two");
                          dispatchAfter(request, "three");
                          steps.add("third");
                          response.getWriter().print("done");
                        })));

    assertThat(connect(port).get("/first").body()).isEqualTo("done");

    assertRanOnce("one", "two", "three");
    assertChild("third", "three");
    assertThat(steps.peek()).isEqualTo("third");
  }

  @Test
  void holdsTasksUntilCompletion_whenADispatchStartsAsynchronouslyAgain() throws Exception {
    CountDownLatch secondLeft = new CountDownLatch(1);
    int port =
        start(
            new Application()
                .servlet(
                    "/first",
                    handler(
                        "handler",
                        (request, response) -> {
                          dispatchAfter(request, "one");
                          request.startAsync().dispatch("/second");
                        }))
                .servlet(
                    "/second",
                    handler(
                        "second",
                        (request, response) -> {
                          BackgroundDispatcher background =
                              BackgroundDispatchFilter.dispatcher(request);
                          AsyncContext async = request.startAsync(request, response);
                          elsewhere(
                              () -> {
                                await(secondLeft);
                                assertWaiting(background, "one");
                                steps.add("completes");
                                async.complete();
                              });
                        })));

    HttpConnection connection = connect(port);
    connection.send("GET", "/first", Map.of(), "");
    receiver.awaitSpan("second");
    secondLeft.countDown();

    assertThat(connection.receive().status()).isEqualTo(200);
    assertRanOnce("one");
    assertThat(steps).containsExactly("completes", "one");
  }
}
