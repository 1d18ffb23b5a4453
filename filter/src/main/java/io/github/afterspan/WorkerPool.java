// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan;

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
 * that are handed over together cost their dispatcher one wake-up. Only a machine that leaves a
 * woken thread without a processor for long gets another one to do so: when {@value #MANY} tasks
 * wait, and each time that these have doubled.
 *
 * <p>Safe for use by several threads.
 */
final class WorkerPool {

  /** So many wait only if the worker that was woken does not come. */
  static final int MANY = 64;

  private final WorkerThreads threads;
  private final Watchdog watchdog;
  private final TaskLog log;
  private final WorkerStarter starter;

  final ReentrantLock lock = new ReentrantLock();
  final Condition available = lock.newCondition();
  private final Condition retired = lock.newCondition();

  // Guarded by the lock, all of these.
  private final TaskQueue queue = new TaskQueue();
  private final WorkerRoster roster;
  private boolean waking; // an idle worker has been signalled and has not looked yet
  private int queuedWhenWoken; // how many waited when the last one was signalled
  private boolean dozing; // the watchdog sleeps until a task comes
  private boolean closed;

  WorkerPool(BackgroundWorkers owner, WorkerThreads threads, @Nullable ClassLoader loader) {
    this.threads = threads;
    this.watchdog = owner.watchdog;
    this.log = owner.log;
    this.starter = new WorkerStarter(this, threads, loader, owner.log);
    this.roster = new WorkerRoster(owner.stuckThreads, owner.options.concurrency());
  }

  /**
   * Queues a task, and sees to it that somebody runs it.
   *
   * @return false if the pool is closed
   * @throws WorkerStarter.NoThreadException if no thread could be had, and none is there to run it
   *     later
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
      starter.start(started, task, null);
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
      starter.start(started, null, null);
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
      worker = roster.engage();
      worker.take(task);
    } finally {
      lock.unlock();
    }
    starter.runHere(worker, task);
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
      while (!roster.isEmpty()) {
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
      return roster.active();
    } finally {
      lock.unlock();
    }
  }

  boolean hasOwnThreads() {
    return threads.areOwn();
  }

  List<Thread> ownThreads() {
    return starter.ownThreads();
  }

  /** Every worker ever made; null from the first free place on. */
  Worker[] workers() {
    return roster.all();
  }

  /** Lets the watchdog sleep until a task comes, provided that none is there. */
  boolean doze() {
    lock.lock();
    try {
      dozing = roster.active() == 0 && queue.isEmpty();
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

  /**
   * The next task, or null if this worker is not needed any more. It is in the worker's slot before
   * the lock is released, so a drain that has closed this pool finds every task that was taken.
   */
  @Nullable WorkerTask take(Worker worker) {
    lock.lock();
    try {
      do {
        if (queue.size() > 1) {
          wakeAnother();
        }
        WorkerTask task = queue.poll();
        if (task != null) {
          worker.take(task);
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
        starter.start(started, null, Thread.currentThread());
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
    roster.rest();
    boolean signalled;
    try {
      signalled = available.await(threads.keepAliveNanos, TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      signalled = true; // nobody has a reason to interrupt an idle worker; look again
    }
    roster.resume();
    waking = false;
    return signalled || !queue.isEmpty();
  }

  /** Has some worker look at the queue; one that is to be started is returned. Under the lock. */
  private @Nullable Worker wake() {
    rouse();
    if (roster.anyIdle()) {
      if (!waking || queue.size() >= Math.max(MANY, 2 * queuedWhenWoken)) {
        waking = true;
        queuedWhenWoken = queue.size();
        available.signal();
      }
      return null;
    }
    return roster.isFull() ? null : roster.engage();
  }

  private void rouse() {
    if (dozing) {
      dozing = false;
      watchdog.rouse();
    }
  }

  /** A worker's thread ends, or goes back; called by it as the last thing. */
  void retire(Worker worker) {
    Worker started = null;
    lock.lock();
    try {
      roster.release(worker);
      if (!queue.isEmpty()) {
        started = wake();
      }
      retired.signalAll();
    } finally {
      lock.unlock();
    }
    if (started != null) {
      starter.start(started, null, null);
    }
  }

  /** Gives the place back; true if the submitted task must be refused since nobody would run it. */
  boolean startFailed(Worker worker, @Nullable WorkerTask submitted, Throwable cause) {
    boolean refused = false;
    WorkerTask orphan = null;
    lock.lock();
    try {
      roster.release(worker);
      retired.signalAll();
      if (roster.isEmpty()) {
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
      roster.release(worker);
    } finally {
      lock.unlock();
    }
  }
}
