// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan;

import static io.github.afterspan.Outcomes.failure;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** {@link BackgroundDispatcher#executor}, as other libraries use it. */
@Timeout(60)
class ExecutorTest {

  private static final TaskOptions PRICE = TaskOptions.named("price");

  @RegisterExtension final Engine engine = new Engine();

  @Test
  void supplyAsync_runsInSpanOfItsOwn() throws Exception {
    Executor executor = engine.workers().dispatcher().executor(PRICE);
    Span request = engine.startSpan("request");
    CompletableFuture<Integer> price;
    try (Scope ignored = request.makeCurrent()) {
      price = CompletableFuture.supplyAsync(() -> 42, executor);
    }
    assertThat(price.get(30, TimeUnit.SECONDS)).isEqualTo(42);
    SpanData span = engine.span("price");
    assertThat(span.getParentSpanContext()).isEqualTo(request.getSpanContext());
    assertThat(span.getStatus().getStatusCode()).isEqualTo(StatusCode.UNSET);
    request.end();
  }

  /** The future keeps the failure to itself: nobody can see it but who asks the future. */
  @Test
  void runAsyncThatFails_hasFailureInFuture_andCountsAsSucceeded() throws Exception {
    BackgroundWorkers workers = engine.workers();
    CompletableFuture<Void> failed =
        CompletableFuture.runAsync(
            () -> {
              throw new IllegalStateException("no");
            },
            workers.dispatcher().executor(PRICE));
    assertThatThrownBy(() -> failed.get(30, TimeUnit.SECONDS)).hasRootCauseMessage("no");
    assertThat(engine.span("price").getStatus().getStatusCode()).isEqualTo(StatusCode.UNSET);
    await().until(() -> workers.status().succeeded() == 1);
  }

  @Test
  void futureTaskThatFails_isAskedWhy() throws Exception {
    IOException cause = new IOException("disk");
    FutureTask<Integer> future =
        new FutureTask<>(
            () -> {
              throw cause;
            });
    engine.workers().dispatcher().executor(PRICE).execute(future);
    SpanData span = engine.span("price");
    assertThat(span.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
    assertThat(span.getAttributes().get(AttributeKey.stringKey("error.type")))
        .isEqualTo("java.io.IOException");
    await()
        .until(
            () ->
                engine.log().records("\"price\"").stream()
                    .map(LogRecord::getThrown)
                    .anyMatch(thrown -> thrown == cause));
  }

  @Test
  void futureTaskThatFailsWithError_isAskedWhy() throws Exception {
    FutureTask<Integer> future =
        new FutureTask<>(
            () -> {
              throw new LinkageError("gone");
            });
    engine.workers().dispatcher().executor(PRICE).execute(future);
    assertThat(engine.span("price").getAttributes().get(AttributeKey.stringKey("error.type")))
        .isEqualTo("java.lang.LinkageError");
  }

  @Test
  void futureTaskThatSucceedsOrWasCancelled_succeeds() throws Exception {
    BackgroundWorkers workers = engine.workers();
    FutureTask<Integer> future = new FutureTask<>(() -> 42);
    workers.dispatcher().executor(PRICE).execute(future);
    assertThat(future.get(30, TimeUnit.SECONDS)).isEqualTo(42);
    FutureTask<Integer> cancelled = new FutureTask<>(() -> 42);
    assertThat(cancelled.cancel(true)).isTrue();
    workers.dispatcher().executor(PRICE).execute(cancelled);
    await().until(() -> workers.status().succeeded() == 2);
  }

  @Test
  void plainRunnableThatFails_fails() throws Exception {
    BackgroundWorkers workers = engine.workers();
    workers
        .dispatcher()
        .executor(PRICE)
        .execute(
            () -> {
              throw new IllegalStateException("no");
            });
    assertThat(engine.span("price").getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
    await().until(() -> workers.status().failed() == 1);
  }

  @Test
  void executeIsRejected_asDispatchIs() throws Exception {
    BackgroundWorkers workers = engine.workers(o -> o.concurrency(1).queueCapacity(0));
    Executor executor = workers.dispatcher().executor(PRICE);
    workers.dispatcher().dispatch("busy", engine.blocking());
    assertThatThrownBy(() -> executor.execute(() -> {}))
        .isInstanceOf(DispatchRejectedException.class);
  }

  @Test
  void startModeOfOptionsHolds() throws Exception {
    CompletableFuture<Boolean> response = new CompletableFuture<>();
    AtomicInteger runs = new AtomicInteger();
    Executor executor =
        engine
            .workers()
            .dispatcher(response)
            .executor(PRICE.startMode(StartMode.AFTER_SUCCESSFUL_RESPONSE));
    executor.execute(runs::incrementAndGet);
    response.complete(false);
    assertThat(runs).hasValue(0);
    assertThat(engine.log().records("was skipped")).hasSize(1);
  }

  @Test
  void timeoutOfOptionsHolds() throws Exception {
    Executor executor =
        engine.workers().dispatcher().executor(PRICE.timeout(Duration.ofMillis(50)));
    BlockingTask body = engine.blocking();
    FutureTask<Void> future =
        new FutureTask<>(
            () -> {
              body.run();
              return null;
            });
    executor.execute(future);
    assertThat(engine.span("price").getAttributes().get(AttributeKey.stringKey("error.type")))
        .isEqualTo("timeout");
    body.awaitInterrupted();
  }

  @Test
  void refusesNull() {
    BackgroundDispatcher dispatcher = engine.workers().dispatcher();
    assertThatThrownBy(() -> dispatcher.executor(null))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("options");
    assertThatThrownBy(() -> dispatcher.executor(PRICE).execute(null))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("command");
  }

  @Test
  void dispatchedFutureTask_failsAsTask() throws Exception {
    // dispatch() takes a body, not a command: a future given as one keeps its failure.
    FutureTask<Integer> future =
        new FutureTask<>(
            () -> {
              throw new IOException("disk");
            });
    DispatchedTask task =
        engine
            .workers()
            .dispatcher()
            .dispatch(
                "future",
                () -> {
                  future.run();
                  future.get();
                });
    assertThat(failure(task)).hasCauseInstanceOf(IOException.class);
    assertThat(engine.span("future").getAttributes().get(AttributeKey.stringKey("error.type")))
        .isEqualTo("java.io.IOException");
  }
}
