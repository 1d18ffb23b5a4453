// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan;

import static io.github.afterspan.Outcomes.outcome;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import io.opentelemetry.sdk.trace.samplers.SamplingResult;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The moment in which a task runs already, and its span is not there yet. */
@Timeout(60)
class SpanStartTest {

  private final BlockingTask gate = BlockingTask.stubborn();

  @RegisterExtension final Engine engine = new Engine(new BlockedSampler());

  @Test
  void spanEndsOnce_andBodyNeverRuns_whenCancelledThen() throws Exception {
    AtomicInteger runs = new AtomicInteger();
    BackgroundWorkers workers = engine.workers(o -> o.concurrency(1));
    DispatchedTask task = workers.dispatcher().dispatch("blocked", runs::incrementAndGet);
    gate.awaitStarted();
    assertThat(task.state()).isEqualTo(TaskState.RUNNING);
    assertThat(task.cancel()).isTrue();
    assertThat(task.completion().toCompletableFuture()).failsWithin(30, TimeUnit.SECONDS);
    assertThat(engine.spans("blocked")).isEmpty();
    gate.release();
    SpanData span = engine.span("blocked");
    assertThat(span.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
    assertThat(span.getAttributes().get(AttributeKey.stringKey("error.type")))
        .isEqualTo("cancelled");
    assertThat(outcome(workers.dispatcher().dispatch("next", () -> {})))
        .isEqualTo(TaskState.SUCCEEDED);
    assertThat(engine.spans("blocked")).hasSize(1);
    assertThat(runs).hasValue(0);
    assertThat(workers.status().cancelled()).isEqualTo(1);
  }

  /** The time that a span takes to start is not the body's. */
  @Test
  void timeoutCountsFromBodysStart_whenSpanTakesLongToStart() throws Exception {
    Duration timeout = Duration.ofMillis(250);
    AtomicReference<Duration> left = new AtomicReference<>();
    DispatchedTask task =
        engine
            .workers()
            .dispatcher()
            .dispatch(
                TaskOptions.named("blocked").timeout(timeout),
                () -> left.set(Deadline.current().remaining()));
    gate.awaitStarted();
    long started = System.nanoTime();
    await().until(() -> System.nanoTime() - started > timeout.toNanos());
    gate.release();
    assertThat(outcome(task)).isEqualTo(TaskState.SUCCEEDED);
    assertThat(left.get()).isPositive();
  }

  private final class BlockedSampler implements Sampler {
    @Override
    public SamplingResult shouldSample(
        Context parent,
        String traceId,
        String name,
        SpanKind kind,
        Attributes attributes,
        List<LinkData> links) {
      if (name.equals("blocked")) {
        try {
          gate.run();
        } catch (InterruptedException e) {
          throw new AssertionError("it is stubborn", e);
        }
      }
      return SamplingResult.recordAndSample();
    }

    @Override
    public String getDescription() {
      return "blocked";
    }
  }
}
