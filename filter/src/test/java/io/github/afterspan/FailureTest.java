// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan;

import static io.github.afterspan.Outcomes.failure;
import static io.github.afterspan.Outcomes.outcome;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.trace.data.EventData;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

@Timeout(60)
class FailureTest {

  private static final AttributeKey<String> ERROR_TYPE = AttributeKey.stringKey("error.type");
  private static final AttributeKey<String> EXCEPTION_TYPE =
      AttributeKey.stringKey("exception.type");

  @RegisterExtension final Engine engine = new Engine();

  @Test
  void isOnSpan_withStatusTypeAndException() throws Exception {
    IllegalStateException thrown = new IllegalStateException("no such order");
    SpanData span = spanOfFailed(thrown);
    assertThat(span.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
    assertThat(span.getStatus().getDescription()).isEqualTo("no such order");
    assertThat(span.getAttributes().get(ERROR_TYPE)).isEqualTo("java.lang.IllegalStateException");
    assertThat(span.getEvents()).hasSize(1);
    EventData event = span.getEvents().get(0);
    assertThat(event.getName()).isEqualTo("exception");
    assertThat(event.getAttributes().get(EXCEPTION_TYPE))
        .isEqualTo("java.lang.IllegalStateException");
    assertThat(span.getAttributes().get(AttributeKey.doubleKey("afterspan.task.timeout"))).isNull();
  }

  @Test
  void completesTask() throws Exception {
    IOException thrown = new IOException("disk");
    DispatchedTask task =
        engine
            .workers()
            .dispatcher()
            .dispatch(
                "task",
                () -> {
                  throw thrown;
                });
    assertThat(failure(task)).isSameAs(thrown);
  }

  @Test
  void isLoggedOnce_withNameTraceIdAndStack() throws Exception {
    IllegalStateException thrown = new IllegalStateException("no such order");
    SpanData span = spanOfFailed(thrown);
    List<LogRecord> lines = engine.log().records("\"task\"");
    assertThat(lines).hasSize(1);
    assertThat(lines.get(0).getLevel()).isEqualTo(Level.WARNING);
    assertThat(lines.get(0).getMessage())
        .matches(
            "workers \"test\\d+\": task \"task\" \\(trace " + span.getTraceId() + "\\) failed");
    assertThat(lines.get(0).getThrown()).isSameAs(thrown);
  }

  @Test
  void statusHasNoDescription_whenExceptionHasNoMessage() throws Exception {
    SpanData span = spanOfFailed(new IllegalStateException());
    assertThat(span.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
    assertThat(span.getStatus().getDescription()).isEmpty();
  }

  @Test
  void errorTypeIsThatOfTheCause_whenWrappedForTransport() throws Exception {
    IOException cause = new IOException("disk");
    assertThat(spanOfFailed(new ExecutionException(cause)).getAttributes().get(ERROR_TYPE))
        .isEqualTo("java.io.IOException");
  }

  @Test
  void errorTypeIsThatOfTheCause_whenWrappedByCompletableFuture() throws Exception {
    IOException cause = new IOException("disk");
    assertThat(spanOfFailed(new CompletionException(cause)).getAttributes().get(ERROR_TYPE))
        .isEqualTo("java.io.IOException");
  }

  @Test
  void errorTypeIsTheWrapper_whenItHasNoCause() throws Exception {
    assertThat(spanOfFailed(new CompletionException("no", null)).getAttributes().get(ERROR_TYPE))
        .isEqualTo("java.util.concurrent.CompletionException");
  }

  @Test
  void errorTypeIsCanonicalName_ofNestedClass() throws Exception {
    assertThat(spanOfFailed(new OrderException()).getAttributes().get(ERROR_TYPE))
        .isEqualTo("io.github.afterspan.FailureTest.OrderException");
  }

  @Test
  void errorTypeIsBinaryName_ofAnonymousClass() throws Exception {
    Exception anonymous =
        new Exception() {
          private static final long serialVersionUID = 1L;
        };
    assertThat(spanOfFailed(anonymous).getAttributes().get(ERROR_TYPE))
        .isEqualTo(anonymous.getClass().getName());
  }

  @Test
  void error_isRecordedLikeAnyFailure_andLeavesWorkerAlive() throws Exception {
    BackgroundWorkers workers = engine.workers(o -> o.concurrency(1));
    AtomicReference<Thread> first = new AtomicReference<>();
    AssertionError thrown = new AssertionError("no");
    DispatchedTask task =
        workers
            .dispatcher()
            .dispatch(
                "task",
                () -> {
                  first.set(Thread.currentThread());
                  throw thrown;
                });
    assertThat(failure(task)).isSameAs(thrown);
    assertThat(task.state()).isEqualTo(TaskState.FAILED);
    assertThat(engine.span("task").getAttributes().get(ERROR_TYPE))
        .isEqualTo("java.lang.AssertionError");
    assertThat(threadOfNextTask(workers)).isSameAs(first.get());
  }

  @Test
  void virtualMachineError_isRecordedAndEndsItsThread_andNextTaskGetsAnother() throws Exception {
    AtomicReference<Throwable> uncaught = new AtomicReference<>();
    BackgroundWorkers workers = engine.workers(o -> o.concurrency(1));
    AtomicReference<Thread> first = new AtomicReference<>();
    OutOfMemoryError thrown = new OutOfMemoryError("as a test");
    BlockingTask gate = engine.blocking();
    DispatchedTask task =
        workers
            .dispatcher()
            .dispatch(
                "task",
                () -> {
                  Thread.currentThread()
                      .setUncaughtExceptionHandler((thread, error) -> uncaught.set(error));
                  first.set(Thread.currentThread());
                  gate.run();
                  throw thrown;
                });
    gate.awaitStarted();
    // Waits in the queue while the thread dies.
    AtomicReference<Thread> second = new AtomicReference<>();
    DispatchedTask queued =
        workers.dispatcher().dispatch("queued", () -> second.set(Thread.currentThread()));
    gate.release();
    assertThat(failure(task)).isSameAs(thrown);
    assertThat(task.state()).isEqualTo(TaskState.FAILED);
    assertThat(engine.span("task").getAttributes().get(ERROR_TYPE))
        .isEqualTo("java.lang.OutOfMemoryError");
    assertThat(outcome(queued)).isEqualTo(TaskState.SUCCEEDED);
    assertThat(second.get()).isNotSameAs(first.get());
    await().until(() -> uncaught.get() == thrown);
    assertThat(engine.log().records("\"task\"")).hasSize(1);
    await().until(() -> workers.status().running() == 0);
  }

  @Test
  void failureTouchesNoOtherTask() throws Exception {
    BackgroundWorkers workers = engine.workers();
    BlockingTask beside = engine.blocking();
    DispatchedTask other = workers.dispatcher().dispatch("other", beside);
    beside.awaitStarted();
    assertThat(outcome(workers.dispatcher().dispatch("task", FailureTest::fail)))
        .isEqualTo(TaskState.FAILED);
    assertThat(other.state()).isEqualTo(TaskState.RUNNING);
    assertThat(beside.wasInterrupted()).isFalse();
    beside.release();
    assertThat(outcome(other)).isEqualTo(TaskState.SUCCEEDED);
  }

  private SpanData spanOfFailed(Exception thrown) throws Exception {
    DispatchedTask task =
        engine
            .workers()
            .dispatcher()
            .dispatch(
                "task",
                () -> {
                  throw thrown;
                });
    assertThat(outcome(task)).isEqualTo(TaskState.FAILED);
    return engine.span("task");
  }

  private static Thread threadOfNextTask(BackgroundWorkers workers) throws Exception {
    AtomicReference<Thread> thread = new AtomicReference<>();
    assertThat(
            outcome(
                workers.dispatcher().dispatch("next", () -> thread.set(Thread.currentThread()))))
        .isEqualTo(TaskState.SUCCEEDED);
    return thread.get();
  }

  private static void fail() {
    throw new IllegalStateException("no");
  }

  private static final class OrderException extends Exception {
    private static final long serialVersionUID = 1L;
  }
}
