// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.durable;

import com.github.kagkarlsson.scheduler.task.CompletionHandler;
import com.github.kagkarlsson.scheduler.task.Execution;
import com.github.kagkarlsson.scheduler.task.ExecutionComplete;
import com.github.kagkarlsson.scheduler.task.ExecutionOperations;
import com.github.kagkarlsson.scheduler.task.SchedulableInstance;
import com.github.kagkarlsson.scheduler.task.TaskInstance;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;

/**
 * Decides what becomes of a row after an attempt: it is
 *
 * <ul>
 *   <li>deleted after a success,
 *   <li>due again later after a failure, a timeout, and when the node died,
 *   <li>renamed to a dead letter when there were enough of those, or no attempt can ever help,
 *   <li>left as it was when these workers are being drained.
 * </ul>
 *
 * <p>Each is one statement, and finds no row if another node has taken the job over by then.
 *
 * <p>Safe for use by several threads.
 */
final class Fate {

  private static final Logger LOGGER = System.getLogger("io.github.afterspan.durable");

  private final DurableOptions options;
  private final Backoff backoff;
  private final JobTelemetry telemetry;

  Fate(DurableOptions options, JobTelemetry telemetry) {
    this.options = options;
    this.backoff = new Backoff(options.backoff(), options.maxBackoff());
    this.telemetry = telemetry;
  }

  /** The row goes. */
  static CompletionHandler<byte[]> done() {
    return new CompletionHandler.OnCompleteRemove<>();
  }

  /** An attempt failed. */
  CompletionHandler<byte[]> failed(StoredJob job, String reason) {
    return (complete, row) -> retryOrBury(complete, row, job, reason);
  }

  /** No attempt can help. */
  CompletionHandler<byte[]> hopeless(StoredJob job, String reason) {
    return (complete, row) -> bury(complete.getExecution(), row, job, reason);
  }

  /** The attempt does not count; some node makes it again. */
  CompletionHandler<byte[]> putBack(StoredJob job) {
    return (complete, row) -> {
      Envelope envelope = job.envelope();
      if (envelope == null || envelope.attempts() == job.attempt() - 1) {
        row.reschedule(complete, job.due());
      } else { // this sets the row's own count to zero
        row.reschedule(complete, job.due(), envelope.withAttempts(job.attempt() - 1).encode());
      }
    };
  }

  /** db-scheduler got an exception: an error that no thread survives, or one of ours. */
  void threw(ExecutionComplete complete, ExecutionOperations<byte[]> row) {
    String reason = complete.getCause().map(Throwable::toString).orElse("unknown");
    retryOrBury(complete, row, StoredJob.of(complete.getExecution()), reason);
  }

  /** A running job's node stopped to touch its row. */
  void nodeDied(ExecutionComplete complete, ExecutionOperations<byte[]> row) {
    Execution execution = complete.getExecution();
    String reason =
        "node "
            + execution.pickedBy
            + " died during the attempt, or stalled: no heartbeat since "
            + execution.lastHeartbeat;
    retryOrBury(complete, row, StoredJob.of(execution), reason);
  }

  private void retryOrBury(
      ExecutionComplete complete, ExecutionOperations<byte[]> row, StoredJob job, String reason) {
    Execution execution = complete.getExecution();
    if (job.attempt() >= options.attempts()) {
      bury(
          execution, row, job, "attempt " + job.attempt() + " was the last, and failed: " + reason);
      return;
    }
    Instant now = Instant.now();
    Duration wait = backoff.after(job.attempt());
    row.reschedule(
        ExecutionComplete.failure(execution, now, now, complete.getCause().orElse(null)),
        now.plus(wait));
    telemetry.retried(execution.getTaskName());
    LOGGER.log(
        Level.INFO,
        "attempt {0} of {1} at job {2} of \"{3}\" failed, the next is in {4}: {5}",
        job.attempt(),
        options.attempts(),
        job.id(),
        execution.getTaskName(),
        wait,
        reason);
  }

  private void bury(
      Execution execution, ExecutionOperations<byte[]> row, StoredJob job, String reason) {
    Obituary obituary = new Obituary(job.id(), reason, job.attempt(), Instant.now());
    String handler = execution.getTaskName();
    String letterId =
        UUID.randomUUID().toString(); // the job's own id may be a key that comes again
    TaskInstance<byte[]> letter =
        new TaskInstance<>(JobTable.DEAD_PREFIX + handler, letterId, obituary.encode(job.data()));
    row.removeAndScheduleNew(SchedulableInstance.of(letter, JobTable.NEVER));
    telemetry.died(handler);
    LOGGER.log(
        Level.ERROR,
        "job {0} of \"{1}\" is a dead letter now, {2}: {3}",
        job.id(),
        handler,
        letterId,
        reason);
  }
}
