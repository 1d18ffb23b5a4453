// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.afterspan.StartMode;
import io.github.afterspan.TaskOptions;
import io.github.afterspan.WorkerOptions;
import io.github.afterspan.it.Application;
import io.github.afterspan.it.Handler;
import io.github.afterspan.it.HttpConnection;
import io.github.afterspan.servlet.BackgroundDispatchFilter;
import jakarta.servlet.AsyncContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Many requests at once, ending in every way. */
abstract class LoadScenarios extends Scenarios {

  private static final int CLIENTS = 4;
  private static final List<String> ENDINGS =
      List.of("/returns", "/completes", "/dispatches", "/throws", "/sendsError", "/abort");

  /** How often the task of each request ran, by the request's number. */
  private final Map<String, AtomicInteger> ran = new ConcurrentHashMap<>();

  private final Map<String, AtomicInteger> dispatched = new ConcurrentHashMap<>();

  int requestsPerClient() {
    return 500;
  }

  @Test
  void losesAndDoublesNoTask_whenManyRequestsEndInEveryWay() throws Exception {
    int port =
        start(
            WorkerOptions.builder().queueCapacity(CLIENTS * requestsPerClient()).build(),
            new Application()
                .servlet("/returns", counted((request, response) -> response.setStatus(202)))
                .servlet(
                    "/completes",
                    counted(
                        (request, response) -> {
                          AsyncContext async = request.startAsync();
                          async.start(async::complete);
                        }))
                .servlet(
                    "/dispatches",
                    counted((request, response) -> request.startAsync().dispatch("/target")))
                .servlet("/target", (request, response) -> response.setStatus(202))
                .servlet(
                    "/throws",
                    counted(
                        (request, response) -> {
                          throw new Expected();
                        }))
                .servlet("/sendsError", counted((request, response) -> response.sendError(503)))
                .servlet(
                    "/abort",
                    counted(
                        (request, response) ->
                            response.getOutputStream().write(new byte[256 * 1024]))));

    ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);
    List<Future<?>> running = new ArrayList<>();
    for (int client = 0; client < CLIENTS; client++) {
      int number = client;
      running.add(
          clients.submit(
              () -> {
                sendRequests(port, number);
                return null;
              }));
    }
    for (Future<?> client : running) {
      client.get(PATIENCE_SECONDS * 2, TimeUnit.SECONDS);
    }
    clients.shutdown();

    Awaitility.await() // before the drain lets go what awaits a response that never ends
        .atMost(PATIENCE_SECONDS, TimeUnit.SECONDS)
        .until(() -> ran.size() == dispatched.size());
    container.undeploy();

    assertThat(dispatched).hasSize(CLIENTS * requestsPerClient());
    assertThat(counts(dispatched)).containsOnlyKeys(1);
    assertThat(counts(ran)).isEqualTo(counts(dispatched));
    receiver.awaitSpans(dispatched.size(), "of tasks", span -> span.name().equals("task"));
    assertThat(receiver.spans("task")).hasSize(dispatched.size());
  }

  private Handler counted(Handler ending) {
    return (request, response) -> {
      String number = String.valueOf(request.getQueryString());
      TaskOptions options = TaskOptions.named("task").startMode(mode(number));
      dispatched.computeIfAbsent(number, key -> new AtomicInteger()).incrementAndGet();
      BackgroundDispatchFilter.dispatcher(request)
          .dispatch(
              options,
              () -> ran.computeIfAbsent(number, key -> new AtomicInteger()).incrementAndGet());
      ending.handle(request, response);
    };
  }

  private static StartMode mode(String number) {
    return number.hashCode() % 2 == 0 ? StartMode.AFTER_RESPONSE : StartMode.IMMEDIATELY;
  }

  private void sendRequests(int port, int client) throws Exception {
    HttpConnection connection = HttpConnection.open(port);
    try {
      for (int i = 0; i < requestsPerClient(); i++) {
        String path = ENDINGS.get((i + client) % ENDINGS.size());
        connection.send("GET", path + "?" + client + "-" + i, Map.of(), "");
        if (path.equals("/abort")) {
          connection.firstByte();
          connection.abort();
          connection = HttpConnection.open(port);
        } else if (connection.receive().header("Connection").equals("close")) {
          connection.close();
          connection = HttpConnection.open(port);
        }
      }
    } finally {
      connection.close();
    }
  }

  private static Map<Integer, Integer> counts(Map<String, AtomicInteger> byNumber) {
    Map<Integer, Integer> counts = new ConcurrentHashMap<>();
    byNumber.values().forEach(count -> counts.merge(count.get(), 1, Integer::sum));
    return counts;
  }
}
