// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.afterspan.BackgroundDispatcher;
import io.github.afterspan.BackgroundWorkers;
import io.github.afterspan.DispatchRejectedException;
import io.github.afterspan.StartMode;
import io.github.afterspan.TaskOptions;
import io.github.afterspan.WorkerOptions;
import io.github.afterspan.servlet.BackgroundDispatchFilter;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a tracing backend has of the tasks of a request, whatever becomes of them. */
@Timeout(60)
class TaskSpansIT {

  private final OtlpReceiver receiver = OtlpReceiver.start();
  private final Telemetry telemetry = Telemetry.exportingTo(receiver);
  private final JettyEe11 jetty = new JettyEe11();
  private BackgroundDispatcher dispatcher;
  private final CountDownLatch clientHasResponse = new CountDownLatch(1);

  @AfterEach
  void close() throws Exception {
    clientHasResponse.countDown();
    jetty.close();
    telemetry.close();
    receiver.close();
    Telemetry.assertNoScopeLeft();
  }

  @Test
  void exportsTaskSpanInTheTraceOfItsHandler_whenTheTaskOutlivesTheResponse() throws Exception {
    CountDownLatch started = new CountDownLatch(1);
    int port =
        start(
            WorkerOptions.defaults(),
            background -> {
              background.dispatch(
                  "sendConfirmationEmail",
                  () -> {
                    started.countDown();
                    awaitClient();
                    Thread.sleep(50);
                  });
              await(started);
            });

    Instant clientHadIt = order(port, 201);
    clientHasResponse.countDown();

    ReceivedSpan task = receiver.awaitSpan("sendConfirmationEmail");
    ReceivedSpan handler = receiver.awaitSpan("handleOrder");
    assertThat(task.traceId()).isEqualTo(handler.traceId());
    assertThat(task.parentSpanId()).isEqualTo(handler.spanId());
    assertThat(task.remoteParent()).isFalse();
    assertThat(task.kind()).isEqualTo("INTERNAL");
    assertThat(task.scope()).isEqualTo("io.github.afterspan");
    assertThat(task.status()).isEqualTo("UNSET");
    assertThat(task.start()).isBefore(clientHadIt);
    assertThat(task.end()).isAfter(clientHadIt);
    assertThat(handler.end()).isBefore(task.end());
    assertThat(receiver.spans()).hasSize(2);
  }

  @Test
  void startsTaskSpanAfterTheHandler_whenTheTaskAwaitsTheResponse() throws Exception {
    TaskOptions afterResponse = TaskOptions.named("audit").startMode(StartMode.AFTER_RESPONSE);
    int port =
        start(
            WorkerOptions.defaults(),
            background -> {
              background.dispatch(afterResponse, this::awaitClient);
              background.dispatch("meanwhile", () -> {});
              receiver.awaitSpan("meanwhile");
            });

    order(port, 201);
    clientHasResponse.countDown();

    ReceivedSpan task = receiver.awaitSpan("audit");
    ReceivedSpan handler = receiver.awaitSpan("handleOrder");
    assertThat(task.parentSpanId()).isEqualTo(handler.spanId());
    assertThat(task.start()).isAfterOrEqualTo(handler.end());
  }

  @Test
  void recordsTheFailure_whenTheBodyThrows() throws Exception {
    int port =
        start(
            WorkerOptions.defaults(),
            background ->
                background.dispatch(
                    "sendConfirmationEmail",
                    () -> {
                      awaitClient();
                      throw new IOException("550 no such mailbox");
                    }));

    order(port, 201);
    clientHasResponse.countDown();

    ReceivedSpan task = receiver.awaitSpan("sendConfirmationEmail");
    assertThat(task.parentSpanId()).isEqualTo(receiver.awaitSpan("handleOrder").spanId());
    assertThat(task.status()).isEqualTo("ERROR");
    assertThat(task.attributes()).containsEntry("error.type", "java.io.IOException");
    assertThat(task.events()).extracting(ReceivedSpan.Event::name).containsExactly("exception");
    assertThat(task.events().get(0).attributes())
        .containsEntry("exception.type", "java.io.IOException")
        .containsEntry("exception.message", "550 no such mailbox");
  }

  @Test
  void recordsTheTimeout_whenTheBodyTakesTooLong() throws Exception {
    TaskOptions impatient = TaskOptions.named("slow").timeout(Duration.ofMillis(300));
    CountDownLatch interrupted = new CountDownLatch(1);
    int port =
        start(
            WorkerOptions.defaults(),
            background ->
                background.dispatch(
                    impatient,
                    () -> {
                      try {
                        new CountDownLatch(1).await();
                      } catch (InterruptedException e) {
                        interrupted.countDown();
                        throw e;
                      }
                    }));

    order(port, 201);

    ReceivedSpan task = receiver.awaitSpan("slow");
    await(interrupted);
    assertThat(task.parentSpanId()).isEqualTo(receiver.awaitSpan("handleOrder").spanId());
    assertThat(task.status()).isEqualTo("ERROR");
    assertThat(task.attributes()).containsEntry("error.type", "timeout");
    assertThat(Duration.between(task.start(), task.end()))
        .isBetween(Duration.ofMillis(299), Duration.ofSeconds(10));
    assertThat(receiver.spans("slow")).hasSize(1);
  }

  @Test
  void exportsTheTimeoutAtOnce_whenTheBodyIgnoresItsInterrupt() throws Exception {
    TaskOptions impatient = TaskOptions.named("stubborn").timeout(Duration.ofMillis(300));
    CountDownLatch release = new CountDownLatch(1);
    int port =
        start(
            WorkerOptions.builder().drainTimeout(Duration.ofMillis(100)).build(),
            background -> background.dispatch(impatient, () -> awaitUninterruptibly(release)));

    order(port, 201);

    assertThat(receiver.awaitSpan("stubborn").attributes()).containsEntry("error.type", "timeout");
    assertThat(release.getCount()).isEqualTo(1);
    release.countDown();
  }

  @Test
  void answers503_whenTheQueueIsFull() throws Exception {
    int port =
        start(
            WorkerOptions.builder().concurrency(1).queueCapacity(1).build(),
            background -> background.dispatch("mail", this::awaitClient));

    order(port, 201);
    order(port, 201);
    HttpConnection.Response refused = get(port);
    clientHasResponse.countDown();

    assertThat(refused.status()).isEqualTo(503);
    assertThat(refused.body()).isEqualTo("QUEUE_FULL");
    receiver.awaitSpans(2, "named \"mail\"", span -> span.name().equals("mail"));
    jetty.undeploy();
    assertThat(receiver.spans("mail")).hasSize(2);
  }

  @Test
  void exportsTheSpansOfQueuedAndRunningTasks_whenTheApplicationIsUndeployed() throws Exception {
    CountDownLatch running = new CountDownLatch(1);
    int port =
        start(
            WorkerOptions.builder().concurrency(1).build(),
            background ->
                background.dispatch(
                    "mail",
                    () -> {
                      running.countDown();
                      awaitClient();
                    }));
    for (int i = 0; i < 3; i++) {
      order(port, 201);
    }
    await(running);

    CompletableFuture<Void> undeployed = undeploy();
    awaitDrain();
    assertThat(receiver.spans("mail")).isEmpty();
    clientHasResponse.countDown();
    undeployed.get(30, TimeUnit.SECONDS);

    List<ReceivedSpan> tasks =
        receiver.awaitSpans(3, "named \"mail\"", span -> span.name().equals("mail"));
    assertThat(tasks).hasSize(3).allMatch(span -> span.status().equals("UNSET"));
    assertThat(parents(tasks)).isEqualTo(ids(receiver.spans("handleOrder"))).hasSize(3);
  }

  @Test
  void hasExportedEverything_whenUndeployReturnsAndAFlushIsConfigured() throws Exception {
    try (Telemetry onFlush = Telemetry.exportingOnFlushTo(receiver)) {
      CountDownLatch running = new CountDownLatch(1);
      WorkerOptions options = WorkerOptions.builder().concurrency(1).flush(onFlush::flush).build();
      int port =
          start(
              onFlush,
              options,
              background ->
                  background.dispatch(
                      "mail",
                      () -> {
                        running.countDown();
                        awaitClient();
                      }));
      order(port, 201);
      order(port, 201);
      await(running);

      CompletableFuture<Void> undeployed = undeploy();
      awaitDrain();
      clientHasResponse.countDown();
      undeployed.get(30, TimeUnit.SECONDS);

      assertThat(receiver.spans("mail")).hasSize(2);
    }
  }

  @Test
  void exportsTheSpanLater_whenTheReceiverWasAwayMeanwhile() throws Exception {
    int port =
        start(
            WorkerOptions.defaults(), background -> background.dispatch("mail", this::awaitClient));
    receiver.goDown();

    order(port, 201);
    clientHasResponse.countDown();
    receiver.comeBack();

    ReceivedSpan task = receiver.awaitSpan("mail");
    assertThat(task.parentSpanId()).isEqualTo(receiver.awaitSpan("handleOrder").spanId());
  }

  @Test
  void exportsTheSpanLater_whenTheReceiverRefusedMeanwhile() throws Exception {
    int port = start(WorkerOptions.defaults(), background -> background.dispatch("mail", () -> {}));
    receiver.refuse();

    order(port, 201);
    Awaitility.await().until(() -> receiver.requests() > 0);
    receiver.accept();

    ReceivedSpan task = receiver.awaitSpan("mail");
    assertThat(task.parentSpanId()).isEqualTo(receiver.awaitSpan("handleOrder").spanId());
  }

  /** What a handler does with its dispatcher. */
  private interface Work {
    void with(BackgroundDispatcher background) throws Exception;
  }

  private int start(WorkerOptions options, Work work) throws Exception {
    return start(telemetry, options, work);
  }

  private int start(Telemetry exporting, WorkerOptions options, Work work) throws Exception {
    BackgroundWorkers workers = BackgroundWorkers.create(exporting.openTelemetry(), options);
    dispatcher = workers.dispatcher();
    Handler orders =
        (request, response) -> {
          try {
            work.with(BackgroundDispatchFilter.dispatcher(request));
            response.setStatus(201);
          } catch (DispatchRejectedException e) {
            response.setStatus(503);
            response.getWriter().print(e.reason());
          }
        };
    return jetty.start(
        new Application()
            .filter(new BackgroundDispatchFilter(workers))
            .servlet("/orders", exporting.inSpan("handleOrder", orders)));
  }

  /** Waits until nothing more is accepted; what was accepted waits for the client still. */
  private void awaitDrain() {
    Awaitility.await()
        .until(
            () -> {
              try {
                dispatcher.dispatch("too early", () -> {});
                return false;
              } catch (DispatchRejectedException e) {
                return e.reason() == DispatchRejectedException.Reason.DRAINING;
              }
            });
  }

  private CompletableFuture<Void> undeploy() {
    return CompletableFuture.runAsync(
        () -> {
          try {
            jetty.undeploy();
          } catch (Exception e) {
            throw new IllegalStateException(e);
          }
        });
  }

  private static Instant order(int port, int expectedStatus) throws IOException {
    HttpConnection.Response response = get(port);
    assertThat(response.status()).isEqualTo(expectedStatus);
    return response.completeAt();
  }

  private static HttpConnection.Response get(int port) throws IOException {
    try (HttpConnection connection = HttpConnection.open(port)) {
      return connection.get("/orders");
    }
  }

  private void awaitClient() throws InterruptedException {
    await(clientHasResponse);
  }

  private static void await(CountDownLatch latch) throws InterruptedException {
    assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    while (latch.getCount() > 0) {
      Thread.onSpinWait();
    }
  }

  private static Set<String> parents(List<ReceivedSpan> spans) {
    return spans.stream().map(ReceivedSpan::parentSpanId).collect(Collectors.toSet());
  }

  private static Set<String> ids(List<ReceivedSpan> spans) {
    return spans.stream().map(ReceivedSpan::spanId).collect(Collectors.toSet());
  }
}
