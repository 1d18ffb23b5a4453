// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan;

import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Gets the workers of a pool into threads: new ones, an executor's, or the one that dispatches.
 * Always under the root context, so that no agent can tie a worker to the request that happened to
 * need it first.
 *
 * <p>Safe for use by several threads. Called without the lock of the pool, since an executor may do
 * anything, and run the worker at once for one.
 */
final class WorkerStarter {

  /** Nobody is there to run a task that was submitted; it is not queued any more. */
  static final class NoThreadException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    NoThreadException(Throwable cause) {
      super(cause);
    }
  }

  private final WorkerPool pool;
  private final WorkerThreads threads;
  private final @Nullable ClassLoader loader;
  private final TaskLog log;

  WorkerStarter(WorkerPool pool, WorkerThreads threads, @Nullable ClassLoader loader, TaskLog log) {
    this.pool = pool;
    this.threads = threads;
    this.loader = loader;
    this.log = log;
  }

  /**
   * Starts a worker, which looks at the queue then.
   *
   * @param submitted the task that it is started for, if it was just submitted
   * @param within the thread of the worker that starts it, if that is about to look for a task
   * @throws NoThreadException if the submitted task was taken back, since nobody would run it
   */
  void start(Worker worker, @Nullable WorkerTask submitted, @Nullable Thread within) {
    WorkerEntry entry = new WorkerEntry(pool, threads, loader, worker, within);
    try (Scope ignored = Context.root().makeCurrent()) {
      threads.start(entry);
      entry.isTaken();
    } catch (RuntimeException | Error e) {
      if (entry.claim()) {
        if (pool.startFailed(worker, submitted, e)) {
          throw new NoThreadException(e);
        }
      } else if (submitted != null) {
        throw e; // the executor ran the worker on this thread, and an error of a task came through
      }
      log.workerLost(e);
    }
  }

  /** Has a worker run a task on this thread, past the queue. */
  void runHere(Worker worker, WorkerTask task) {
    try (Scope ignored = Context.root().makeCurrent()) {
      new WorkerEntry(pool, threads, loader, worker, null).run(task);
    }
  }

  /** The threads that were made for workers and may not have ended. */
  List<Thread> ownThreads() {
    List<Thread> own = new ArrayList<>();
    for (Worker worker : pool.workers()) {
      Thread thread = worker == null || !threads.areOwn() ? null : worker.thread();
      if (thread != null) {
        own.add(thread);
      }
    }
    return own;
  }
}
