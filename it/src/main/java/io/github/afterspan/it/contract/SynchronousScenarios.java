// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it.contract;

import static io.github.afterspan.StartMode.AFTER_RESPONSE;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.afterspan.it.Application;
import io.github.afterspan.it.Handler;
import io.github.afterspan.it.HttpConnection;
import io.github.afterspan.servlet.BackgroundDispatchFilter;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Requests that end when their handler returns or throws. */
abstract class SynchronousScenarios extends Scenarios {

  @Test
  void runsTaskAfterTheChain_whenTheHandlerReturns() throws Exception {
    int port =
        start(
            new Application()
                .filter(new StepFilter())
                .servlet(
                    "/one",
                    handler(
                        "handler",
                        (request, response) -> {
                          dispatchAfter(request, "after");
                          response.getWriter().print("done");
                        })));

    HttpConnection.Response response = connect(port).get("/one");

    assertThat(response.status()).isEqualTo(200);
    assertThat(response.body()).isEqualTo("done");
    assertRanOnce("after");
    assertChild("handler", "after");
    assertThat(steps).containsExactly("REQUEST left", "after");
  }

  @Test
  void holdsTasksUntilTheOuterHandlerIsDone_whenItForwards() throws Exception {
    int port =
        start(
            new Application()
                .filter(new StepFilter())
                .servlet(
                    "/outer",
                    handler(
                        "outer",
                        (request, response) -> {
                          dispatchAfter(request, "before");
                          request.getRequestDispatcher("/inner").forward(request, response);
                          assertWaiting(request, "inside");
                          dispatchAfter(request, "behind");
                        }))
                .servlet(
                    "/inner",
                    (request, response) -> {
                      dispatchAfter(request, "inside");
                      response.getWriter().print(request.getDispatcherType());
                    }));

    assertThat(connect(port).get("/outer").body()).isEqualTo("FORWARD");

    assertRanOnce("before", "inside", "behind");
    assertThat(steps.stream().limit(2)).containsExactly("FORWARD left", "REQUEST left");
  }

  @Test
  void holdsTasksUntilTheOuterHandlerIsDone_whenItIncludes() throws Exception {
    int port =
        start(
            new Application()
                .filter(new StepFilter())
                .servlet(
                    "/outer",
                    handler(
                        "outer",
                        (request, response) -> {
                          request.getRequestDispatcher("/inner").include(request, response);
                          assertWaiting(request, "inside");
                          dispatchAfter(request, "behind");
                          response.getWriter().print(" and done");
                        }))
                .servlet(
                    "/inner",
                    (request, response) -> {
                      dispatchAfter(request, "inside");
                      response.getWriter().print(request.getDispatcherType());
                    }));

    assertThat(connect(port).get("/outer").body()).isEqualTo("INCLUDE and done");

    assertRanOnce("inside", "behind");
    assertThat(steps.stream().limit(2)).containsExactly("INCLUDE left", "REQUEST left");
  }

  @Test
  void runsTask_whenTheHandlerThrows() throws Exception {
    int port =
        start(
            new Application()
                .servlet(
                    "/throws",
                    handler(
                        "handler",
                        (request, response) -> {
                          dispatchAfter(request, "after");
                          throw new Expected();
                        })));

    assertThat(connect(port).get("/throws").status()).isEqualTo(500);

    assertRanOnce("after");
  }

  @Test
  void runsTasksOfHandlerAndErrorPage_whenTheHandlerThrows() throws Exception {
    int port =
        startWithErrorPage(
            (request, response) -> {
              throw new Expected();
            });

    HttpConnection.Response response = connect(port).get("/fails");

    assertThat(response.status()).isEqualTo(500);
    assertThat(response.body()).isEqualTo("page of ERROR");
    assertRanOnce("after", "page");
    assertChild("handler", "after");
    assertChild("server", "page");
  }

  @Test
  void runsTasksOfHandlerAndErrorPage_whenTheHandlerSendsAnError() throws Exception {
    int port = startWithErrorPage((request, response) -> response.sendError(500, "sorry"));

    HttpConnection.Response response = connect(port).get("/fails");

    assertThat(response.status()).isEqualTo(500);
    assertThat(response.body()).isEqualTo("page of ERROR");
    assertRanOnce("after", "page");
    assertChild("handler", "after");
    assertChild("server", "page");
  }

  private int startWithErrorPage(Handler ending) throws Exception {
    return start(
        new Application()
            .servlet(
                "/fails",
                handler(
                    "handler",
                    (request, response) -> {
                      dispatchAfter(request, "after");
                      ending.handle(request, response);
                    }))
            .servlet(
                "/page",
                (request, response) -> {
                  dispatch(request, "page", AFTER_RESPONSE);
                  response.getWriter().print("page of " + request.getDispatcherType());
                })
            .errorPage(500, "/page"));
  }

  @Test
  void runsTask_whenTheHandlerRedirects() throws Exception {
    int port =
        start(
            new Application()
                .servlet(
                    "/moved",
                    handler(
                        "handler",
                        (request, response) -> {
                          dispatchAfter(request, "after");
                          response.sendRedirect("/elsewhere");
                        })));

    HttpConnection.Response response = connect(port).get("/moved");

    assertThat(response.status()).isEqualTo(302);
    assertThat(response.header("Location")).endsWith("/elsewhere");
    assertRanOnce("after");
  }

  @Test
  void givesOneDispatcher_whenTwoFiltersSeeTheRequest() throws Exception {
    AtomicReference<Object> seen = new AtomicReference<>();
    int port =
        start(
            new Application()
                .filter(
                    new HttpFilter() {
                      private static final long serialVersionUID = 1L;

                      @Override
                      protected void doFilter(
                          HttpServletRequest request,
                          HttpServletResponse response,
                          FilterChain next)
                          throws IOException, ServletException {
                        seen.set(BackgroundDispatchFilter.dispatcher(request));
                        next.doFilter(request, response);
                      }
                    })
                .filter(new BackgroundDispatchFilter(closing(workers(otherWorkers()))))
                .servlet(
                    "/one",
                    handler(
                        "handler",
                        (request, response) -> {
                          assertThat(BackgroundDispatchFilter.dispatcher(request))
                              .isSameAs(seen.get());
                          dispatchAfter(request, "after");
                        })));

    assertThat(connect(port).get("/one").status()).isEqualTo(200);

    assertRanOnce("after");
  }

  private static io.github.afterspan.WorkerOptions otherWorkers() {
    return io.github.afterspan.WorkerOptions.builder().name("second").build();
  }

  @Test
  void saysHowToMapTheFilter_whenItDidNotRun() throws Exception {
    AtomicReference<String> message = new AtomicReference<>("");
    int port =
        container.start(
            new Application()
                .servlet(
                    "/one",
                    (request, response) -> {
                      try {
                        BackgroundDispatchFilter.dispatcher(request);
                      } catch (IllegalStateException e) {
                        message.set(String.valueOf(e.getMessage()));
                      }
                    }));

    assertThat(connect(port).get("/one").status()).isEqualTo(200);

    assertThat(message.get()).contains("BackgroundDispatchFilter").contains("map");
  }

  /** Notes when a chain was left. Inside our filter. */
  private final class StepFilter extends HttpFilter {
    private static final long serialVersionUID = 1L;

    @Override
    protected void doFilter(
        HttpServletRequest request, HttpServletResponse response, FilterChain next)
        throws IOException, ServletException {
      DispatcherType type = request.getDispatcherType();
      try {
        next.doFilter(request, response);
      } finally {
        steps.add(type + " left");
      }
    }
  }
}
