// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan;

import io.github.afterspan.WorkerThreads.Then;
import io.opentelemetry.api.baggage.Baggage;
import io.opentelemetry.api.trace.SpanContext;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;

/**
 * The real engine with no thread of its own, so that a test has thousands of them and says itself
 * which thread does what: workers wait in a list until somebody runs them, nobody watches deadlines
 * unless asked to, and outcomes are told by whoever decides them.
 */
final class BareWorkers {

  private static final WorkerOptions OPTIONS =
      WorkerOptions.builder().name("stress").concurrency(2).queueCapacity(6).build();

  final CountingTelemetry telemetry = new CountingTelemetry();
  final Queue<Runnable> threads = new ConcurrentLinkedQueue<>();
  final BackgroundWorkers workers;

  /** Whether the threads are refused from now on. */
  volatile boolean saturated;

  BareWorkers() {
    this(Then.GIVE_BACK, 0);
  }

  BareWorkers(Then then, long keepAliveNanos) {
    workers =
        new BackgroundWorkers(
            telemetry, OPTIONS, new WorkerThreads(then, keepAliveNanos, this::start));
    workers.reports.shutdown(); // which makes those who decide tell as well
  }

  private void start(Runnable worker) {
    if (saturated) {
      throw new RejectedExecutionException("saturated");
    }
    threads.add(worker);
  }

  /** Runs one of the workers that were started, on this thread; null if there is none. */
  void runWorker() {
    Runnable worker = threads.poll();
    if (worker != null) {
      worker.run();
    }
  }

  /** Runs what workers there are, and what they start. */
  void runWorkers() {
    while (!threads.isEmpty()) {
      runWorker();
    }
  }

  DispatchedTask dispatch(BackgroundTask body) {
    return workers.dispatcher().dispatch("task", body);
  }

  /** An accepted task that is in no queue, to be run by hand. */
  WorkerTask task(BackgroundTask body) {
    return task(TaskOptions.named("task"), body);
  }

  WorkerTask task(TaskOptions options, BackgroundTask body) {
    if (workers.capacity.reserve() != null) {
      throw new AssertionError("a fresh engine has room");
    }
    return new WorkerTask(
        workers.profiles.of(options), body, SpanContext.getInvalid(), Baggage.empty(), false);
  }

  /** Has a worker take a task, and run it on this thread. */
  static void run(WorkerTask task, Worker worker) {
    worker.enter();
    worker.take(task);
    task.run(worker);
  }

  /** The outcomes of tasks in a word each, or what is wrong with them; all must have ended. */
  String verdict(DispatchedTask... tasks) {
    StringBuilder verdict = new StringBuilder();
    for (DispatchedTask task : tasks) {
      verdict.append(verdict.length() > 0 ? " " : "").append(outcome(task));
    }
    String complaint = telemetry.complaint();
    if (complaint != null) {
      return verdict + ", but " + complaint;
    }
    if (counted() != tasks.length) {
      return verdict + ", but " + counted() + " outcomes were counted";
    }
    if (!drains()) {
      return verdict + ", but " + workers.capacity.accepted() + " places are taken";
    }
    return workers.stuckThreads.count() == 0 ? verdict.toString() : verdict + ", but one is stuck";
  }

  /** Whether a drain that starts now is over. */
  boolean drains() {
    workers.capacity.startDraining();
    try {
      return workers.capacity.awaitEmpty(0);
    } catch (InterruptedException e) {
      throw new AssertionError("an interrupt that nobody sent", e);
    }
  }

  private long counted() {
    long counted = 0;
    for (TaskState state : TaskState.values()) {
      counted += workers.profiles.total(state);
    }
    return counted;
  }

  private static String outcome(DispatchedTask task) {
    TaskState state = task.state();
    var completion = task.completion().toCompletableFuture();
    if (!state.isFinal()) {
      return state + " for ever";
    }
    if (!completion.isDone()) {
      return state + " and never completed";
    }
    boolean succeeded = !completion.isCompletedExceptionally();
    return succeeded == (state == TaskState.SUCCEEDED)
        ? state.name()
        : state + " and completed otherwise";
  }
}
