// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan;

import io.github.afterspan.BackgroundWorkers.Status;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The end of one set of workers, once: refuse what is new, let go what awaits a response, wait, ask
 * what still runs to stop, wait a little, abandon the rest, flush, and leave no thread behind. Its
 * length is bounded by the drain timeout and the three constants here.
 */
final class Drain implements Runnable {

  /** How long running tasks may take to give way once they were interrupted. */
  static final Duration GRACE = Duration.ofSeconds(1);

  /** How long the flush may take. */
  static final Duration FLUSH_TIMEOUT = Duration.ofSeconds(5);

  /** How long threads that have nothing left to do may take to end. */
  private static final Duration THREADS_TIMEOUT = Duration.ofSeconds(1);

  private final BackgroundWorkers workers;
  private final Duration timeout;
  private final CompletableFuture<Status> done;
  private @Nullable Thread releasing;
  private boolean finished; // every task has its outcome, without being told to stop

  Drain(BackgroundWorkers workers, Duration timeout, CompletableFuture<Status> done) {
    this.workers = workers;
    this.timeout = timeout;
    this.done = done;
  }

  @Override
  public void run() {
    try {
      attempt("wait for the tasks", this::awaitTasks);
      attempt("stop the tasks", this::stopTasks);
      attempt("flush", this::flush);
      attempt("end the threads", this::endThreads);
      attempt("close the telemetry", this::closeTelemetry);
    } finally {
      workers.capacity.close();
      done.complete(workers.status());
    }
  }

  /** Goes on to the next step whatever happens: what is left behind would be there for good. */
  private void attempt(String what, Step step) {
    try {
      step.run();
    } catch (InterruptedException e) {
      workers.log.warn("the drain was interrupted, and could not " + what, e);
    } catch (RuntimeException | Error e) {
      workers.log.warn("the drain could not " + what, e);
    }
  }

  private interface Step {
    void run() throws InterruptedException;
  }

  private void awaitTasks() throws InterruptedException {
    workers.capacity.startDraining();
    releaseAwaiting();
    finished = workers.capacity.awaitEmpty(Durations.nanos(timeout));
  }

  private void stopTasks() throws InterruptedException {
    if (!finished) {
      abandonWaiting();
      if (!stopRunning()) {
        abandonRunning();
      }
    }
  }

  /**
   * Lets go what awaits a response. Somebody else's executor may run it on the thread that hands it
   * over (a caller-runs policy does), where it would keep the drain from counting its time.
   */
  private void releaseAwaiting() {
    if (workers.pool.hasOwnThreads()) {
      workers.intake.releaseAwaiting();
    } else if (workers.intake.isAwaited()) {
      releasing = workers.startThread("release", workers.intake::releaseAwaiting);
    }
  }

  void abandonWaiting() {
    WorkerTask task = workers.pool.close();
    while (task != null) {
      WorkerTask following = task.next;
      task.endUnstarted(TaskState.ABANDONED, abandoned(task, "had not started"));
      task = following;
    }
    workers.intake.releaseAwaiting(); // what is left of it: the pool is closed, and abandons it
  }

  /**
   * Asks what runs to stop until nothing does, for the length of the grace. More than once, since
   * T2 may have taken a task off the queue before that was closed, and start it only when T1 has
   * looked.
   */
  private boolean stopRunning() throws InterruptedException {
    long end = System.nanoTime() + GRACE.toNanos();
    long left;
    do {
      for (Worker worker : workers.pool.workers()) {
        WorkerTask task = worker == null ? null : worker.task();
        if (task != null) {
          task.requestStop();
        }
      }
      left = end - System.nanoTime();
      if (workers.capacity.awaitEmpty(Math.max(0, Math.min(left, Watchdog.PERIOD_NANOS)))) {
        return true;
      }
    } while (left > 0);
    return false;
  }

  void abandonRunning() {
    for (Worker worker : workers.pool.workers()) {
      WorkerTask task = worker == null ? null : worker.task();
      if (worker != null && task != null) {
        abandon(task, worker);
      }
    }
  }

  /** Abandons what a worker took, also if its thread never got as far as to start it. */
  private void abandon(WorkerTask task, Worker worker) {
    Thread thread = worker.thread();
    if (task.endUnstarted(TaskState.ABANDONED, abandoned(task, "had not started"))) {
      return;
    }
    if (task.stop(TaskState.ABANDONED)) { // for it can only have gone on from there
      workers.stuckThreads.add(worker, task);
      task.reportStopped(TaskState.ABANDONED, abandoned(task, "was still running"));
      if (thread != null) {
        workers.log.stillRunning(task, "was abandoned: it still runs after the drain", thread);
      }
    }
  }

  private static CancellationException abandoned(WorkerTask task, String what) {
    return new CancellationException(
        "task \"" + task.name() + "\" was abandoned: it " + what + " when the drain ended");
  }

  /** Flushes on a thread of its own, so that a flush that hangs does not hang the drain. */
  private void flush() throws InterruptedException {
    awaitReports();
    CompletableFuture<Boolean> flushed = new CompletableFuture<>();
    Thread thread = workers.startThread("flush", () -> complete(flushed, workers.flush));
    try {
      if (!flushed.get(FLUSH_TIMEOUT.toNanos(), TimeUnit.NANOSECONDS)) {
        workers.log.warn("the flush after the drain did not export everything", null);
      } else if (workers.flush instanceof SdkFlush sdk && !sdk.isConclusive()) {
        workers.log.info(
            "the SDK was flushed after the drain; whether the last spans were exported it cannot"
                + " tell (afterspan-export can)");
      }
      join(thread); // or a container may find it on its last steps, and call it leaked
    } catch (TimeoutException e) {
      thread.interrupt();
      workers.log.warn("the flush after the drain took longer than " + FLUSH_TIMEOUT, null);
    } catch (ExecutionException e) {
      workers.log.warn("the flush after the drain failed", e.getCause());
    }
  }

  private static void complete(CompletableFuture<Boolean> flushed, Predicate<Duration> flush) {
    try {
      flushed.complete(flush.test(FLUSH_TIMEOUT));
    } catch (RuntimeException | Error e) {
      flushed.completeExceptionally(e);
    }
  }

  private void awaitReports() throws InterruptedException {
    workers.watchdog.stop();
    workers.reports.shutdown();
    if (!workers.reports.awaitEnd(THREADS_TIMEOUT.toNanos())) {
      workers.log.warn("some timeouts could not be reported; a span processor may block", null);
    }
  }

  private void endThreads() throws InterruptedException {
    workers.pool.close();
    if (!workers.pool.awaitRetired(THREADS_TIMEOUT.toNanos())) {
      workers.log.warn(workers.pool.active() + " threads are still in a task, and are left", null);
    } else {
      for (Thread thread : workers.pool.ownThreads()) {
        join(thread);
      }
      join(releasing);
    }
    join(workers.watchdog.thread());
  }

  private void closeTelemetry() {
    workers.log.logRejectionsNow();
    workers.closeTelemetry();
  }

  static void join(@Nullable Thread thread) throws InterruptedException {
    if (thread != null && thread != Thread.currentThread()) {
      thread.join(THREADS_TIMEOUT.toMillis());
    }
  }
}
