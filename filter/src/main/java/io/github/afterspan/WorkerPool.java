// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan;

import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The queue and the at most {@code concurrency} workers that empty it. How much may be queued is
 * bounded elsewhere, by {@link Capacity}.
 *
 * <p>Waking a thread costs the dispatching thread many times more than the rest of a dispatch. So
 * at most one wake-up is under way at a time: while one worker is on its way, further tasks are
 * only queued, and a worker that finds more than the task it takes wakes the next one. Ten tasks
 * that are handed over together cost their dispatcher one wake-up.
 *
 * <p>Safe for use by several threads.
 */
final class WorkerPool {

  /** Nobody is there to run a task that was submitted; it is not queued any more. */
  static final class NoThreadException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    NoThreadException(Throwable cause) {
      super(cause);
    }
  }

  private final WorkerThreads threads;
  private final @Nullable ClassLoader loader;
  private final int concurrency;
  private final Watchdog watchdog;
  private final TaskLog log;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition available = lock.newCondition();
  private final Condition retired = lock.newCondition();

  // Guarded by the lock, all of these.
  private final TaskQueue queue = new TaskQueue();
  private final Deque<Worker> free = new ArrayDeque<>();
  private int active; // workers that run a task, or are about to look for one
  private int idle; // workers that wait for a task
  private boolean waking; // an idle worker has been signalled and has not looked yet
  private boolean dozing; // the watchdog sleeps until a task comes
  private boolean closed;
  private int made;

  /** Every worker ever made, for the watchdog; written under the lock, copied to grow. */
  private volatile Worker[] workers = new Worker[8];

  private final StuckThreads stuck;

  WorkerPool(BackgroundWorkers owner, WorkerThreads threads, @Nullable ClassLoader loader) {
    this.threads = threads;
    this.loader = loader;
    this.concurrency = owner.options.concurrency();
    this.watchdog = owner.watchdog;
    this.log = owner.log;
    this.stuck = new StuckThreads(owner.log);
  }

  /**
   * Queues a task, and sees to it that somebody runs it.
   *
   * @return false if the pool is closed
   * @throws NoThreadException if no thread could be had, and none is there to run it later
   */
  boolean submit(WorkerTask task) {
    if (threads.then == WorkerThreads.Then.RUN_NOW) {
      return runNow(task);
    }
    Worker started;
    lock.lock();
    try {
      if (closed) {
        return false;
      }
      queue.add(task);
      started = wake();
    } finally {
      lock.unlock();
    }
    if (started != null) {
      start(started, task, null);
    }
    return true;
  }

  /**
   * Queues a chain of tasks with one wake-up; leaves out those that are cancelled by now.
   *
   * @return false if the pool is closed
   */
  boolean submitAll(WorkerTask first) {
    if (threads.then == WorkerThreads.Then.RUN_NOW) {
      return runAllNow(first);
    }
    Worker started;
    lock.lock();
    try {
      if (closed) {
        return false;
      }
      WorkerTask task = first;
      while (task != null) {
        WorkerTask following = task.next;
        if (task.isQueued()) {
          queue.add(task);
        }
        task = following;
      }
      started = wake();
    } finally {
      lock.unlock();
    }
    if (started != null) {
      start(started, null, null);
    }
    return true;
  }

  /** Runs a task on this thread, past the queue, where another thread's worker might take it. */
  private boolean runNow(WorkerTask task) {
    Worker worker;
    lock.lock();
    try {
      if (closed) {
        return false;
      }
      rouse();
      worker = engage();
    } finally {
      lock.unlock();
    }
    try (Scope ignored = Context.root().makeCurrent()) {
      new WorkerEntry(this, threads, loader, worker, null).run(task);
    }
    return true;
  }

  private boolean runAllNow(WorkerTask first) {
    boolean open = true;
    for (WorkerTask task = first; open && task != null; task = task.next) {
      try {
        open = runNow(task);
      } catch (RuntimeException | Error e) { // of that task; the others have a right to run, too
        log.workerLost(e);
      }
    }
    return open;
  }

  /** Takes a task out that waits; does nothing if it is not in the queue. */
  void remove(WorkerTask task) {
    lock.lock();
    try {
      queue.remove(task);
    } finally {
      lock.unlock();
    }
  }

  @Nullable WorkerTask removeIf(Predicate<WorkerTask> condition) {
    lock.lock();
    try {
      return queue.removeIf(condition);
    } finally {
      lock.unlock();
    }
  }

  /** Queues nothing from now on, and returns what waits, as a chain. Idle workers go. */
  @Nullable WorkerTask close() {
    lock.lock();
    try {
      closed = true;
      available.signalAll();
      return queue.removeIf(task -> true);
    } finally {
      lock.unlock();
    }
  }

  boolean isClosed() {
    lock.lock();
    try {
      return closed;
    } finally {
      lock.unlock();
    }
  }

  /** Waits until no worker is left, after {@link #close()}. */
  boolean awaitRetired(long nanos) throws InterruptedException {
    lock.lock();
    try {
      long left = nanos;
      while (active + idle > 0) {
        if (left <= 0) {
          return false;
        }
        left = retired.awaitNanos(left);
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  int active() {
    lock.lock();
    try {
      return active;
    } finally {
      lock.unlock();
    }
  }

  StuckThreads stuckThreads() {
    return stuck;
  }

  int stuck() {
    return stuck.count();
  }

  boolean hasOwnThreads() {
    return threads.areOwn();
  }

  /** The threads that were made for workers and may not have ended. */
  List<Thread> ownThreads() {
    List<Thread> own = new ArrayList<>();
    for (Worker worker : workers) {
      Thread thread = worker == null || !threads.areOwn() ? null : worker.thread();
      if (thread != null) {
        own.add(thread);
      }
    }
    return own;
  }

  /** Every worker ever made; null from the first free place on. */
  Worker[] workers() {
    return workers;
  }

  /** Lets the watchdog sleep until a task comes, provided that none is there. */
  boolean doze() {
    lock.lock();
    try {
      dozing = active == 0 && queue.isEmpty();
      return dozing;
    } finally {
      lock.unlock();
    }
  }

  boolean isDozing() {
    lock.lock();
    try {
      return dozing;
    } finally {
      lock.unlock();
    }
  }

  /** The next task, or null if this worker is not needed any more. */
  @Nullable WorkerTask take() {
    lock.lock();
    try {
      do {
        if (queue.size() > 1) {
          wakeAnother();
        }
        WorkerTask task = queue.poll();
        if (task != null) {
          return task;
        }
      } while (awaitTask());
      return null;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Has one more worker look at the queue, before this one takes its task. An executor may run that
   * worker on this very thread: a task in hand would have to wait for all those behind it.
   */
  private void wakeAnother() {
    Worker started = wake();
    if (started != null) {
      lock.unlock();
      try {
        start(started, null, Thread.currentThread());
      } finally {
        lock.lock();
      }
    }
  }

  /** Waits for a task as long as that makes sense; under the lock. */
  @SuppressWarnings("WaitNotInLoop") // the caller's loop
  private boolean awaitTask() {
    if (closed || threads.then != WorkerThreads.Then.WAIT) {
      return false;
    }
    active--;
    idle++;
    boolean signalled;
    try {
      signalled = available.await(threads.keepAliveNanos, TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      signalled = true; // nobody has a reason to interrupt an idle worker; look again
    }
    idle--;
    active++;
    waking = false;
    return signalled || !queue.isEmpty();
  }

  /** Has some worker look at the queue; one that is to be started is returned. Under the lock. */
  private @Nullable Worker wake() {
    rouse();
    if (idle > 0) {
      if (!waking) {
        waking = true;
        available.signal();
      }
      return null;
    }
    return active == concurrency ? null : engage();
  }

  private void rouse() {
    if (dozing) {
      dozing = false;
      watchdog.rouse();
    }
  }

  private Worker engage() {
    active++;
    Worker known = free.poll();
    return known != null ? known : make();
  }

  private Worker make() {
    Worker worker = new Worker(this);
    Worker[] known = workers;
    if (made == known.length) {
      known = Arrays.copyOf(known, 2 * made);
    }
    known[made++] = worker;
    workers = known;
    return worker;
  }

  /** A worker's thread ends, or goes back; called by it as the last thing. */
  void retire(Worker worker) {
    Worker started = null;
    lock.lock();
    try {
      active--;
      free.push(worker);
      if (!queue.isEmpty()) {
        started = wake();
      }
      retired.signalAll();
    } finally {
      lock.unlock();
    }
    if (started != null) {
      start(started, null, null);
    }
  }

  /**
   * Starts a worker under the root context, so that no agent can tie it to the request.
   *
   * @param submitted the task that it is started for, if it was just submitted
   * @param within the thread of the worker that starts it, if that is about to look for a task
   */
  private void start(Worker worker, @Nullable WorkerTask submitted, @Nullable Thread within) {
    WorkerEntry entry = new WorkerEntry(this, threads, loader, worker, within);
    try (Scope ignored = Context.root().makeCurrent()) {
      threads.start(entry);
    } catch (RuntimeException | Error e) {
      if (entry.claim()) {
        if (startFailed(worker, submitted, e)) {
          throw new NoThreadException(e);
        }
      } else if (submitted != null) {
        throw e; // the executor ran the worker on this thread, and an error of a task came through
      }
      log.workerLost(e);
    }
  }

  /** Gives the place back; true if the submitted task must be refused since nobody would run it. */
  private boolean startFailed(Worker worker, @Nullable WorkerTask submitted, Throwable cause) {
    boolean refused = false;
    WorkerTask orphan = null;
    lock.lock();
    try {
      active--;
      free.push(worker);
      retired.signalAll();
      if (active + idle == 0) {
        refused = submitted != null && queue.remove(submitted);
        orphan = queue.removeIf(task -> true);
      }
    } finally {
      lock.unlock();
    }
    while (orphan != null) {
      WorkerTask following = orphan.next;
      orphan.endUnstarted(TaskState.FAILED, cause);
      orphan = following;
    }
    return refused;
  }

  /** A worker did not even look for a task, since another one is about to. */
  void giveBack(Worker worker) {
    lock.lock();
    try {
      active--;
      free.push(worker);
    } finally {
      lock.unlock();
    }
  }
}
