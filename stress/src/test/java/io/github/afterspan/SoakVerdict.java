// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Judges a round that is over: every task, every span, every number. */
final class SoakVerdict {

  private static final AttributeKey<String> OUTCOME =
      AttributeKey.stringKey("afterspan.task.outcome");
  private static final AttributeKey<String> ERROR_TYPE = AttributeKey.stringKey("error.type");

  private final SoakRound round;
  private final Map<Long, SpanData> spans = new HashMap<>();
  private final Map<TaskState, Long> outcomes = new EnumMap<>(TaskState.class);
  private long accepted;

  SoakVerdict(SoakRound round) {
    this.round = round;
  }

  /** Asserts it all; returns how many tasks had which outcome. */
  Map<TaskState, Long> judge() {
    assertThat(round.broken()).as("what went wrong outside the tasks").isEmpty();
    assertThat(round.strayInterrupts).as("interrupts that were meant for another task").hasValue(0);
    for (SpanData span : round.telemetry.ended) {
      assertThat(spans.put(span.getAttributes().get(SoakRound.ID), span)).isNull();
    }
    assertThat(round.telemetry.started).as("spans started and ended").hasValue(spans.size());
    round.tasks.forEach(this::judge);
    assertThat(accepted + round.rejected.get()).isEqualTo(round.dispatches());
    judgeStatus(round.status);
    judgeMetrics();
    judgeRest();
    return outcomes;
  }

  private void judge(SoakedTask task) {
    DispatchedTask handle = task.handle;
    SpanData span = spans.get(task.id);
    if (handle == null) {
      assertThat(task.runs).as("runs of a rejected task").hasValue(0);
      assertThat(span).as("span of a rejected task").isNull();
      return;
    }
    accepted++;
    TaskState outcome = handle.state();
    outcomes.merge(outcome, 1L, Long::sum);
    assertThat(outcome.isFinal()).as("%s %s", task.behaviour, handle).isTrue();
    var completion = handle.completion().toCompletableFuture();
    assertThat(completion).as("completion of %s", handle).isDone();
    assertThat(completion.isCompletedExceptionally()).isEqualTo(outcome != TaskState.SUCCEEDED);
    assertThat(task.runs.get()).as("runs of %s", handle).isLessThanOrEqualTo(1);
    if (task.runs.get() == 1) {
      assertThat(span).as("span of %s, which ran", handle).isNotNull();
    }
    switch (outcome) {
      case SUCCEEDED -> assertThat(task.runs).hasValue(1);
      case FAILED -> assertThat(task.behaviour.mayFail() || span == null).isTrue();
      case SKIPPED -> assertThat(span).isNull();
      default -> {}
    }
    if (outcome == TaskState.FAILED && span == null) {
      assertThat(round.kind).as("no thread for %s", handle).isEqualTo(SoakRound.Kind.EXECUTOR);
    }
    if (span != null) {
      judge(task, outcome, span);
    }
  }

  private static void judge(SoakedTask task, TaskState outcome, SpanData span) {
    assertThat(span.hasEnded()).isTrue();
    assertThat(span.getStatus().getStatusCode())
        .isEqualTo(outcome == TaskState.SUCCEEDED ? StatusCode.UNSET : StatusCode.ERROR);
    String type = span.getAttributes().get(ERROR_TYPE);
    switch (outcome) {
      case SUCCEEDED -> assertThat(type).isNull();
      case TIMED_OUT -> assertThat(type).isEqualTo("timeout");
      case CANCELLED -> assertThat(type).isEqualTo("cancelled");
      case ABANDONED -> assertThat(type).isEqualTo("abandoned");
      default -> assertThat(type).startsWith("java.");
    }
    boolean attached = task.origin.isValid();
    boolean child = attached && task.traceMode != TraceMode.NEW_TRACE_WITH_LINK;
    boolean links =
        attached
            && (task.traceMode == TraceMode.CHILD_WITH_LINK
                || task.traceMode == TraceMode.NEW_TRACE_WITH_LINK);
    SpanContext parent = span.getParentSpanContext();
    assertThat(parent.isValid()).isEqualTo(child);
    if (child) {
      assertThat(span.getTraceId()).isEqualTo(task.origin.getTraceId());
      assertThat(parent.getSpanId()).isEqualTo(task.origin.getSpanId());
      assertThat(parent.isRemote()).isEqualTo(task.traceMode == TraceMode.REMOTE_CHILD);
    } else {
      assertThat(span.getTraceId()).isNotEqualTo(task.origin.getTraceId());
    }
    assertThat(span.getLinks())
        .extracting(LinkData::getSpanContext)
        .isEqualTo(links ? List.of(task.origin) : List.of());
  }

  private void judgeStatus(BackgroundWorkers.Status status) {
    assertThat(status).as("status, once every task was over").isNotNull();
    assertThat(status.succeeded()).isEqualTo(count(TaskState.SUCCEEDED));
    assertThat(status.failed()).isEqualTo(count(TaskState.FAILED));
    assertThat(status.timedOut()).isEqualTo(count(TaskState.TIMED_OUT));
    assertThat(status.cancelled()).isEqualTo(count(TaskState.CANCELLED));
    assertThat(status.skipped()).isEqualTo(count(TaskState.SKIPPED));
    assertThat(status.abandoned()).isEqualTo(count(TaskState.ABANDONED));
    assertThat(status.rejected()).isEqualTo(round.rejected.get());
    assertThat(status.running()).isZero();
    assertThat(status.waiting()).isZero();
    assertThat(status.stuck()).isZero();
  }

  private void judgeMetrics() {
    Map<String, Long> counted = new HashMap<>();
    metric("afterspan.tasks")
        .getLongSumData()
        .getPoints()
        .forEach(
            point ->
                counted.merge(point.getAttributes().get(OUTCOME), point.getValue(), Long::sum));
    Map<String, Long> expected = new HashMap<>();
    outcomes.forEach((outcome, n) -> expected.put(outcome.name().toLowerCase(Locale.ROOT), n));
    if (round.rejected.get() > 0) {
      expected.put("rejected", round.rejected.get());
    }
    assertThat(counted).as("afterspan.tasks").isEqualTo(expected);
    assertThat(recorded("afterspan.task.duration")).isEqualTo(spans.size());
    assertThat(recorded("afterspan.task.time_in_queue")).isEqualTo(spans.size());
    assertThat(gauge("afterspan.task.active")).isZero();
    assertThat(gauge("afterspan.queue.size")).isZero();
    assertThat(gauge("afterspan.task.stuck")).isZero();
    assertThat(gauge("afterspan.queue.capacity")).isEqualTo(round.status.queueCapacity());
  }

  private void judgeRest() {
    assertThat(round.workers.pool.ownThreads()).as("threads").noneMatch(Thread::isAlive);
    assertThat(Thread.getAllStackTraces().keySet())
        .extracting(Thread::getName)
        .noneMatch(name -> name.startsWith("afterspan-soak"));
  }

  private long count(TaskState outcome) {
    return outcomes.getOrDefault(outcome, 0L);
  }

  private long recorded(String histogram) {
    return metric(histogram).getHistogramData().getPoints().stream()
        .mapToLong(point -> point.getCount())
        .sum();
  }

  private long gauge(String name) {
    return metric(name).getLongSumData().getPoints().iterator().next().getValue();
  }

  private MetricData metric(String name) {
    return round.metrics.stream()
        .filter(metric -> metric.getName().equals(name))
        .findAny()
        .orElseThrow(() -> new AssertionError("no metric " + name));
  }
}
