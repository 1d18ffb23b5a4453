// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.durable;

import com.github.kagkarlsson.scheduler.task.AbstractTask;
import com.github.kagkarlsson.scheduler.task.CompletionHandler;
import com.github.kagkarlsson.scheduler.task.ExecutionContext;
import com.github.kagkarlsson.scheduler.task.SchedulableInstance;
import com.github.kagkarlsson.scheduler.task.TaskInstance;
import io.github.afterspan.BackgroundDispatcher;
import io.github.afterspan.DispatchRejectedException;
import io.github.afterspan.DispatchedTask;
import io.github.afterspan.TaskOptions;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import java.time.Duration;
import java.time.Instant;
import java.util.function.BooleanSupplier;

/**
 * One kind of job, for db-scheduler: runs an attempt on its thread, through the engine of
 * in-process tasks, which has the span, the timeout and the metrics.
 *
 * <p>Safe for use by several threads.
 */
final class JobTask<T> extends AbstractTask<byte[]> {

  private final Registration<T> registration;
  private final TaskOptions taskOptions;
  private final JobRunner runner;

  /**
   * What all kinds of jobs share.
   *
   * @param dispatcher runs tasks on the calling thread
   * @param draining whether an attempt that was stopped was stopped by the drain
   */
  record JobRunner(
      BackgroundDispatcher dispatcher,
      BooleanSupplier draining,
      PayloadCodec codec,
      DurableOptions options,
      Fate fate) {}

  JobTask(Registration<T> registration, JobRunner runner) {
    super(registration.name(), byte[].class, runner.fate()::threw, runner.fate()::nodeDied);
    this.registration = registration;
    this.taskOptions = registration.taskOptions(runner.options().traceMode());
    this.runner = runner;
  }

  @Override
  public CompletionHandler<byte[]> execute(
      TaskInstance<byte[]> instance, ExecutionContext context) {
    StoredJob job = StoredJob.of(context.getExecution());
    Envelope envelope = job.envelope();
    Context origin = envelope == null ? Context.root() : JobTelemetry.extract(envelope.carrier());
    Attempt<T> attempt = new Attempt<>(registration, runner.codec(), job);
    try (Scope ignored = origin.makeCurrent()) {
      return fateOf(job, attempt, runner.dispatcher().dispatch(taskOptions, attempt));
    } catch (DispatchRejectedException e) {
      return runner.fate().putBack(job);
    }
  }

  /** The thread is back from the body, so the outcome is final. */
  private CompletionHandler<byte[]> fateOf(StoredJob job, Attempt<T> attempt, DispatchedTask task) {
    Fate fate = runner.fate();
    Throwable failure = attempt.failure();
    return switch (task.state()) {
      case SUCCEEDED -> Fate.done();
      case TIMED_OUT -> fate.failed(job, "it exceeded its timeout of " + timeout());
      case CANCELLED, ABANDONED ->
          runner.draining().getAsBoolean()
              ? fate.putBack(job)
              : fate.failed(job, "it was cancelled");
      default ->
          failure instanceof DeadJobException
              ? fate.hopeless(job, String.valueOf(failure.getMessage()))
              : fate.failed(job, String.valueOf(failure));
    };
  }

  private Duration timeout() {
    Duration own = registration.timeout();
    return own == null ? runner.options().timeout() : own;
  }

  @Override
  public SchedulableInstance<byte[]> schedulableInstance(String id) {
    throw new UnsupportedOperationException("jobs are stored by JobTable");
  }

  @Override
  public SchedulableInstance<byte[]> schedulableInstance(String id, byte[] data) {
    return SchedulableInstance.of(instance(id, data), Instant.now());
  }
}
