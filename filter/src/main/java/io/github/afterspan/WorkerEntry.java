// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan;

import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * What a thread is started with: the life of one worker in it. A class and not a lambda, since
 * agents wrap lambdas. Run once, by one thread.
 */
final class WorkerEntry implements Runnable {

  private final WorkerPool pool;
  private final WorkerThreads threads;
  private final @Nullable ClassLoader loader;
  private final Worker worker;

  /**
   * The thread of the worker that starts this one, until the executor has taken it. Compared and
   * cleared by that thread, so that others see a stale one does not matter.
   */
  private @Nullable Thread within;

  private final AtomicBoolean claimed = new AtomicBoolean();

  /**
   * Takes as {@code within} the thread of the worker that starts this one before it looks itself.
   */
  WorkerEntry(
      WorkerPool pool,
      WorkerThreads threads,
      @Nullable ClassLoader loader,
      Worker worker,
      @Nullable Thread within) {
    this.pool = pool;
    this.threads = threads;
    this.loader = loader;
    this.worker = worker;
    this.within = within;
  }

  /**
   * The executor has it. Whatever thread runs it from now on, that of the worker which started it
   * included, has to look at the queue: that worker may have left.
   */
  void isTaken() {
    within = null;
  }

  /** True for one caller: for whoever runs it, or finds that it can't be run. */
  boolean claim() {
    return claimed.compareAndSet(false, true);
  }

  @Override
  public void run() {
    if (!claim()) {
      return;
    }
    if (Thread.currentThread() == within) {
      pool.giveBack(worker); // the worker that is in this thread already does what there is to do
    } else {
      run(null);
    }
  }

  /** Runs the given task alone, or else what is queued. */
  void run(@Nullable WorkerTask given) {
    boolean own = threads.areOwn();
    ClassLoader before = Thread.currentThread().getContextClassLoader();
    worker.enter();
    try {
      WorkerTask task = given != null ? given : pool.take(worker);
      while (task != null) {
        prepareThread(own);
        task.run(worker);
        task = threads.runOneAfterTheOther() ? pool.take(worker) : null;
      }
    } finally { // also when an error is on its way out, and takes this thread with it
      worker.leave(own);
      if (!own) {
        Thread.currentThread().setContextClassLoader(before);
      }
      pool.retire(worker);
    }
  }

  private void prepareThread(boolean own) {
    Thread thread = Thread.currentThread();
    if (Thread.interrupted() && !own) { // our own: what the body before did to itself
      worker.keepInterrupt();
    }
    if (thread.getContextClassLoader() != loader) {
      thread.setContextClassLoader(loader);
    }
  }
}
