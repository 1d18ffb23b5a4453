// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.afterspan.DispatchRejectedException.Reason;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.testing.junit5.OpenTelemetryExtension;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

@Timeout(60)
class BackgroundWorkersTest {

  @RegisterExtension static final OpenTelemetryExtension OTEL = OpenTelemetryExtension.create();

  @Test
  void runsTaskInChildSpanOfDispatchingSpan() throws Exception {
    try (BackgroundWorkers workers = workers(WorkerOptions.builder())) {
      Span request = OTEL.getOpenTelemetry().getTracer("test").spanBuilder("request").startSpan();
      DispatchedTask task;
      try (Scope ignored = request.makeCurrent()) {
        task = workers.dispatcher().dispatch("mail", () -> {});
      }
      request.end();
      join(task);
      assertThat(task.state()).isEqualTo(TaskState.SUCCEEDED);
      SpanData span = span("mail");
      assertThat(span.getTraceId()).isEqualTo(request.getSpanContext().getTraceId());
      assertThat(span.getParentSpanId()).isEqualTo(request.getSpanContext().getSpanId());
    }
  }

  @Test
  void timesOutAndInterrupts_whenBodyRunsTooLong() throws Exception {
    CountDownLatch interrupted = new CountDownLatch(1);
    try (BackgroundWorkers workers = workers(WorkerOptions.builder())) {
      DispatchedTask task =
          workers
              .dispatcher()
              .dispatch(
                  TaskOptions.named("slow").timeout(Duration.ofMillis(100)),
                  () -> {
                    try {
                      Thread.sleep(60_000);
                    } catch (InterruptedException e) {
                      interrupted.countDown();
                    }
                  });
      assertThatThrownBy(() -> join(task)).hasRootCauseInstanceOf(TimeoutException.class);
      assertThat(task.state()).isEqualTo(TaskState.TIMED_OUT);
      assertThat(interrupted.await(10, TimeUnit.SECONDS)).isTrue();
      assertThat(span("slow").getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
    }
  }

  @Test
  void rejectsTask_whenQueueIsFull() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    try (BackgroundWorkers workers =
        workers(WorkerOptions.builder().concurrency(1).queueCapacity(1))) {
      BackgroundDispatcher dispatcher = workers.dispatcher();
      DispatchedTask running = dispatcher.dispatch("blocked", release::await);
      DispatchedTask waiting = dispatcher.dispatch("blocked", release::await);
      assertThatThrownBy(() -> dispatcher.dispatch("blocked", release::await))
          .isInstanceOfSatisfying(
              DispatchRejectedException.class,
              e -> assertThat(e.reason()).isEqualTo(Reason.QUEUE_FULL));
      release.countDown();
      join(running);
      join(waiting);
    }
  }

  @Test
  void runsTasksAfterResponse_inOrderOfDispatch() throws Exception {
    try (BackgroundWorkers workers = workers(WorkerOptions.builder().concurrency(1))) {
      CompletableFuture<Boolean> response = new CompletableFuture<>();
      BackgroundDispatcher dispatcher = workers.dispatcher(response);
      StringBuffer order = new StringBuffer();
      DispatchedTask last = null;
      for (int i = 0; i < 5; i++) {
        int number = i;
        last =
            dispatcher.dispatch(
                TaskOptions.named("after").startMode(StartMode.AFTER_RESPONSE),
                () -> order.append(number));
      }
      assertThat(last.state()).isEqualTo(TaskState.AWAITING_RESPONSE);
      response.complete(true);
      join(last);
      assertThat(order).hasToString("01234");
    }
  }

  @Test
  void virtualAndCallingThread() throws Exception {
    try (BackgroundWorkers workers = BackgroundWorkers.onCallingThread(OTEL.getOpenTelemetry())) {
      Thread[] ran = new Thread[1];
      DispatchedTask task =
          workers.dispatcher().dispatch("here", () -> ran[0] = Thread.currentThread());
      assertThat(task.state()).isEqualTo(TaskState.SUCCEEDED);
      assertThat(ran[0]).isSameAs(Thread.currentThread());
    }
  }

  private static BackgroundWorkers workers(WorkerOptions.Builder options) {
    return BackgroundWorkers.create(OTEL.getOpenTelemetry(), options.build());
  }

  private static void join(DispatchedTask task) throws Exception {
    task.completion().toCompletableFuture().get(30, TimeUnit.SECONDS);
  }

  private static SpanData span(String name) {
    return await()
        .atMost(Duration.ofSeconds(10))
        .until(
            () -> OTEL.getSpans().stream().filter(s -> s.getName().equals(name)).findAny(),
            java.util.Optional::isPresent)
        .orElseThrow();
  }
}
