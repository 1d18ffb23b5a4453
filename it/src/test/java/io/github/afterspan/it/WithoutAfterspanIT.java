// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.afterspan.BackgroundWorkers;
import io.github.afterspan.WorkerOptions;
import io.github.afterspan.servlet.BackgroundDispatchFilter;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.ContextKey;
import io.opentelemetry.context.Scope;
import jakarta.servlet.http.HttpServletRequest;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The controls: what the same handlers do without us. If one of these fails, the problem that the
 * other tests show to be solved is not there, and they prove nothing.
 */
@Timeout(60)
class WithoutAfterspanIT {

  private static final ContextKey<Object> KEY = ContextKey.named("carried along");

  private final OtlpReceiver receiver = OtlpReceiver.start();
  private final Telemetry telemetry = Telemetry.exportingTo(receiver);
  private final JettyEe11 jetty = new JettyEe11();
  private final ExecutorService pool = Executors.newSingleThreadExecutor();
  private final CountDownLatch clientHasResponse = new CountDownLatch(1);

  @AfterEach
  void close() throws Exception {
    clientHasResponse.countDown();
    jetty.close();
    pool.shutdown();
    assertThat(pool.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
    telemetry.close();
    receiver.close();
  }

  @Test
  void makesAnOrphan_whenTheWorkIsGivenToAPlainExecutor() throws Exception {
    int port =
        start(
            request ->
                pool.execute(
                    () -> {
                      awaitClient();
                      telemetry.tracer().spanBuilder("sendConfirmationEmail").startSpan().end();
                    }));

    get(port);
    clientHasResponse.countDown();

    ReceivedSpan orphan = receiver.awaitSpan("sendConfirmationEmail");
    ReceivedSpan handler = receiver.awaitSpan("handleOrder");
    assertThat(orphan.isRoot()).isTrue();
    assertThat(orphan.traceId()).isNotEqualTo(handler.traceId());
  }

  @Test
  void keepsTheRequestAndItsSpan_whenTheWholeContextIsCarriedAlong() throws Exception {
    Remains remains = new Remains();
    pool.execute(this::awaitClient);
    int port =
        start(
            request -> {
              try (Scope scope = remains.of(request).makeCurrent()) {
                pool.execute(Context.current().wrap(() -> {}));
              }
            });

    get(port);
    receiver.awaitSpan("handleOrder");

    for (int i = 0; i < 10; i++) {
      System.gc();
    }
    assertThat(remains.left()).containsExactlyInAnyOrder("request", "span", "value");
  }

  @Test
  void keepsNothing_whenTheTaskIsDispatchedInstead() throws Exception {
    Remains remains = new Remains();
    BackgroundWorkers workers =
        BackgroundWorkers.create(
            telemetry.openTelemetry(), WorkerOptions.builder().concurrency(1).build());
    CountDownLatch ran = new CountDownLatch(1);
    workers.dispatcher().dispatch("blocker", this::awaitClient);
    Application application =
        application(
            request -> {
              try (Scope scope = remains.of(request).makeCurrent()) {
                BackgroundDispatchFilter.dispatcher(request).dispatch("queued", ran::countDown);
              }
            });
    int port = jetty.start(application.filter(new BackgroundDispatchFilter(workers)));

    get(port);
    receiver.awaitSpan("handleOrder");

    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(
            () -> {
              System.gc();
              assertThat(remains.left()).isEmpty();
            });
    assertThat(ran.getCount()).isEqualTo(1);
    clientHasResponse.countDown();
    assertThat(ran.await(20, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void showsTheNextUsersRequest_whenTheRequestIsCaptured() throws Exception {
    AtomicReference<HttpServletRequest> captured = new AtomicReference<>();
    CountDownLatch bobIsServed = new CountDownLatch(1);
    CompletableFuture<String> seen = new CompletableFuture<>();
    int port =
        start(
            request -> {
              if (captured.compareAndSet(null, request)) {
                pool.execute(
                    () -> {
                      awaitUninterruptibly(bobIsServed);
                      seen.complete(captured.get().getHeader("X-User"));
                    });
              } else {
                bobIsServed.countDown();
                assertThat(seen.get(20, TimeUnit.SECONDS)).isNotNull();
              }
            });

    try (HttpConnection connection = HttpConnection.open(port)) {
      for (String user : List.of("alice", "bob")) {
        connection.send("GET", "/orders", Map.of("X-User", user), "");
        assertThat(connection.receive().status()).isEqualTo(200);
      }
    }

    assertThat(seen.get()).isEqualTo("bob");
  }

  /** What a request leaves behind, told without holding it. */
  private static final class Remains {
    private final Map<String, WeakReference<Object>> remains =
        new java.util.concurrent.ConcurrentHashMap<>();

    /** Returns the current context with a value of its own, after having noted what is in it. */
    Context of(HttpServletRequest request) {
      Object value = new Object();
      remains.put("request", new WeakReference<>(request));
      remains.put("span", new WeakReference<>(Span.current()));
      remains.put("value", new WeakReference<>(value));
      return Context.current().with(KEY, List.of(value, request));
    }

    List<String> left() {
      List<String> left = new ArrayList<>();
      remains.forEach(
          (name, reference) -> {
            if (reference.get() != null) {
              left.add(name);
            }
          });
      return left;
    }
  }

  /** What a handler does with its request. */
  private interface Work {
    void with(HttpServletRequest request) throws Exception;
  }

  private Application application(Work work) {
    return new Application()
        .servlet(
            "/orders", telemetry.inSpan("handleOrder", (request, response) -> work.with(request)));
  }

  private int start(Work work) throws Exception {
    return jetty.start(application(work));
  }

  private static void get(int port) throws Exception {
    try (HttpConnection connection = HttpConnection.open(port)) {
      assertThat(connection.get("/orders").status()).isEqualTo(200);
    }
  }

  private void awaitClient() {
    awaitUninterruptibly(clientHasResponse);
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    try {
      assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
