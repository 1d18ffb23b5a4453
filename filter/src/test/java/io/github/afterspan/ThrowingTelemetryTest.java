// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan;

import static io.github.afterspan.Outcomes.failure;
import static io.github.afterspan.Outcomes.outcome;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.trace.ReadWriteSpan;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.SpanProcessor;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Telemetry that throws costs its own record and a log line; never a task, never a worker. */
@Timeout(60)
class ThrowingTelemetryTest {

  private static final IllegalStateException BROKEN = new IllegalStateException("broken");

  @RegisterExtension final Engine engine = new Engine();

  private final AtomicInteger runs = new AtomicInteger();
  private final ThrowingProcessor processor = new ThrowingProcessor();

  @Test
  void taskFails_whenItsSpanCannotBeStarted() throws Exception {
    processor.atStart = BROKEN;
    BackgroundWorkers workers = workers(tracing());
    DispatchedTask task = workers.dispatcher().dispatch("task", runs::incrementAndGet);
    assertThat(failure(task)).isSameAs(BROKEN);
    assertThat(task.state()).isEqualTo(TaskState.FAILED);
    assertThat(runs).hasValue(0);
    assertThat(engine.log().warnings("task \"task\" (no trace) failed")).hasSize(1);
    processor.atStart = null;
    assertWorkerIsAlive(workers);
  }

  @Test
  void outcomeStays_whenSpanCannotBeEnded() throws Exception {
    processor.atEnd = BROKEN;
    assertOutcomeStays(tracing(), BROKEN);
  }

  @Test
  void outcomeStays_whenSpanThrowsError() throws Exception {
    LinkageError error = new LinkageError("the application is gone");
    processor.atEnd = error;
    assertOutcomeStays(tracing(), error);
  }

  @Test
  void completesWhoAskedBefore_whenSpanThrowsError() throws Exception {
    processor.atEnd = new LinkageError("the application is gone");
    BlockingTask body = engine.blocking();
    DispatchedTask task = workers(tracing()).dispatcher().dispatch("task", body);
    CompletableFuture<Void> completion = task.completion().toCompletableFuture();
    body.release();
    assertThat(completion).succeedsWithin(Duration.ofSeconds(30));
  }

  @Test
  void durationIsRecorded_whenSpanCannotBeEnded() throws Exception {
    processor.atEnd = BROKEN;
    BrokenInstrument durations = new BrokenInstrument(engine.openTelemetry(), "none", BROKEN);
    assertOutcomeStays(durations.with(tracing().getTracerProvider()), BROKEN);
    assertThat(engine.metricNames()).contains("afterspan.task.duration");
  }

  @ParameterizedTest
  @ValueSource(strings = {"afterspan.task.duration", "afterspan.task.time_in_queue"})
  void bodyRunsAndSpanEnds_whenHistogramThrows(String instrument) throws Exception {
    BrokenInstrument telemetry = new BrokenInstrument(engine.openTelemetry(), instrument, BROKEN);
    assertOutcomeStays(telemetry, BROKEN);
    assertThat(engine.spans("task")).hasSize(1);
  }

  /** Not telemetry's fault, but it happens there: an exception that cannot even be asked. */
  @Test
  void spanEnds_whenExceptionHasNoMessageButThrowsOne() throws Exception {
    BackgroundWorkers workers = workers(engine.openTelemetry());
    RuntimeException unspeakable = new UnspeakableException();
    DispatchedTask task =
        workers
            .dispatcher()
            .dispatch(
                "task",
                () -> {
                  throw unspeakable;
                });
    assertThat(engine.span("task").getEvents()).isEmpty();
    await().until(() -> engine.log().records("telemetry threw").size() == 1);
    assertThat(task.state()).isEqualTo(TaskState.FAILED);
    assertThat(outcome(workers.dispatcher().dispatch("next", () -> {})))
        .isEqualTo(TaskState.SUCCEEDED);
  }

  @Test
  void virtualMachineErrorOfTelemetry_endsThread_butNotBeforeTaskHasItsOutcome() throws Exception {
    processor.atEnd = new StackOverflowError("as a test");
    BackgroundWorkers workers = workers(tracing());
    DispatchedTask task =
        workers
            .dispatcher()
            .dispatch(
                "task",
                () -> Thread.currentThread().setUncaughtExceptionHandler((thread, error) -> {}));
    assertThat(outcome(task)).isEqualTo(TaskState.SUCCEEDED);
    processor.atEnd = null;
    assertWorkerIsAlive(workers);
  }

  private void assertOutcomeStays(OpenTelemetry telemetry, Throwable thrown) throws Exception {
    BackgroundWorkers workers = workers(telemetry);
    DispatchedTask task = workers.dispatcher().dispatch("task", runs::incrementAndGet);
    assertThat(outcome(task)).isEqualTo(TaskState.SUCCEEDED);
    assertThat(runs).hasValue(1);
    List<LogRecord> lines = engine.log().records("telemetry threw");
    assertThat(lines).hasSize(1);
    assertThat(lines.get(0).getMessage()).contains("task \"task\" (trace ");
    assertThat(lines.get(0).getThrown()).isSameAs(thrown);
    assertWorkerIsAlive(workers);
  }

  private void assertWorkerIsAlive(BackgroundWorkers workers) throws Exception {
    assertThat(outcome(workers.dispatcher().dispatch("next", () -> {})))
        .isEqualTo(TaskState.SUCCEEDED);
    assertThat(engine.log().records("could not be started, or died")).isEmpty();
  }

  private BackgroundWorkers workers(OpenTelemetry telemetry) {
    return engine.closedLater(
        BackgroundWorkers.create(telemetry, engine.options(o -> o.concurrency(1))));
  }

  private OpenTelemetrySdk tracing() {
    return OpenTelemetrySdk.builder()
        .setTracerProvider(SdkTracerProvider.builder().addSpanProcessor(processor).build())
        .build();
  }

  private static final class ThrowingProcessor implements SpanProcessor {
    private volatile RuntimeException atStart;
    private volatile Throwable atEnd;

    @Override
    public void onStart(Context parent, ReadWriteSpan span) {
      if (atStart != null) {
        throw atStart;
      }
    }

    @Override
    public boolean isStartRequired() {
      return true;
    }

    @Override
    public void onEnd(ReadableSpan span) {
      if (atEnd instanceof Error error) {
        throw error;
      }
      if (atEnd != null) {
        throw (RuntimeException) atEnd;
      }
    }

    @Override
    public boolean isEndRequired() {
      return true;
    }
  }

  private static final class UnspeakableException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    @Override
    public String getMessage() {
      throw BROKEN;
    }
  }
}
