// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan;

import io.github.afterspan.DispatchRejectedException.Reason;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What happens to a task between its dispatch and the pool: a place is reserved for it, or it is
 * rejected with a reason; it is handed to the pool, or held back by its dispatcher until a response
 * is over.
 *
 * <p>Safe for use by several threads.
 */
final class Intake {

  private final BackgroundWorkers workers;
  private final Set<WorkersDispatcher> awaiting = ConcurrentHashMap.newKeySet();

  Intake(BackgroundWorkers workers) {
    this.workers = workers;
  }

  /**
   * Takes a place for one task.
   *
   * @throws DispatchRejectedException if there is none
   */
  void reserve(TaskProfile profile) {
    Reason refusal = workers.capacity.reserve();
    if (refusal != null) {
      throw reject(profile, refusal, null);
    }
  }

  /**
   * Hands a task over that has its place.
   *
   * @throws DispatchRejectedException if nobody would run it; it has given its place back then. An
   *     error that was the reason comes through as itself, and is counted and logged all the same
   */
  void submit(WorkerTask task) {
    boolean queued;
    try {
      queued = workers.pool.submit(task);
    } catch (WorkerStarter.NoThreadException e) {
      workers.capacity.release();
      DispatchRejectedException rejection = reject(task.profile, Reason.QUEUE_FULL, e.getCause());
      if (e.getCause() instanceof Error error) { // no memory for a thread, for one
        throw error;
      }
      throw rejection;
    }
    if (!queued) {
      workers.capacity.release();
      throw reject(task.profile, Reason.CLOSED, null);
    }
  }

  /** Hands over tasks that awaited a response, as a chain. */
  void submitAll(WorkerTask first) {
    if (workers.pool.submitAll(first)) {
      return;
    }
    WorkerTask task = first;
    while (task != null) {
      WorkerTask following = task.next;
      String message = "task \"" + task.name() + "\" was abandoned: the drain ended first";
      task.endUnstarted(TaskState.ABANDONED, new CancellationException(message));
      task = following;
    }
  }

  /** Notes that a dispatcher holds tasks back, so that a drain finds them. */
  void awaitsResponse(WorkersDispatcher dispatcher) {
    awaiting.add(dispatcher);
  }

  void awaitsNoMore(WorkersDispatcher dispatcher) {
    awaiting.remove(dispatcher);
  }

  boolean isAwaited() {
    return !awaiting.isEmpty();
  }

  /** Lets go what awaits a response, as if that had failed: nobody will tell of it in time. */
  void releaseAwaiting() {
    awaiting.forEach(dispatcher -> dispatcher.release(false));
  }

  private DispatchRejectedException reject(
      TaskProfile profile, Reason reason, @Nullable Throwable cause) {
    profile.counts.addRejected(reason);
    String message =
        "workers \"" + workers.options.name() + "\" rejected task \"" + profile.name + "\": ";
    message += cause == null ? why(reason) : "no thread would run it: " + cause;
    workers.log.rejected(message);
    workers.metrics.counted();
    return new DispatchRejectedException(reason, message, cause);
  }

  private String why(Reason reason) {
    WorkerOptions options = workers.options;
    return switch (reason) {
      case QUEUE_FULL ->
          "queue full (running="
              + workers.running()
              + "/"
              + options.concurrency()
              + ", waiting="
              + workers.waiting()
              + ", queueCapacity="
              + options.queueCapacity()
              + ")";
      case DRAINING -> "draining; no further tasks are accepted";
      case CLOSED -> "closed; no further tasks are accepted";
    };
  }
}
