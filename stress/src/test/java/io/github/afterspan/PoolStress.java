// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import io.github.afterspan.WorkerThreads.Then;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;

/**
 * Queueing a task against the worker that might be the one to run it: that waits, gives up waiting,
 * ends, never starts, or is closed. Whatever is queued is run, or has another outcome.
 */
public class PoolStress {

  private PoolStress() {}

  private static final List<Then> QUEUEING = List.of(Then.WAIT, Then.START_ANEW, Then.GIVE_BACK);

  /** A pool with one task queued, and the worker that was started for it. */
  abstract static class Pool {
    final Then then = QUEUEING.get(ThreadLocalRandom.current().nextInt(QUEUEING.size()));

    /** So short that waiting workers give up while tasks come. */
    final BareWorkers bare =
        new BareWorkers(then, ThreadLocalRandom.current().nextInt(20) * 1_000L);

    final DispatchedTask first = bare.dispatch(() -> {});

    final String verdict(DispatchedTask... tasks) {
      bare.runWorkers();
      String verdict = then + ": " + bare.verdict(tasks);
      int active = bare.workers.pool.active();
      return active == 0 ? verdict : verdict + ", but " + active + " workers are active";
    }
  }

  /** A worker on its way to wait, to give up or to end, against two more tasks. */
  @JCStressTest
  @Outcome(id = "[A-Z_]+: SUCCEEDED SUCCEEDED SUCCEEDED", expect = ACCEPTABLE)
  @State
  public static class SubmitVsWorker extends Pool {
    private DispatchedTask second;
    private DispatchedTask third;

    @Actor
    public void work() {
      bare.runWorker();
      bare.runWorker();
    }

    @Actor
    public void dispatch() {
      second = bare.dispatch(() -> {});
      third = bare.dispatch(() -> {});
    }

    @Arbiter
    public void judge(L_Result r) {
      r.r1 = verdict(first, second, third);
    }
  }

  /** A worker that would wait for a minute is woken for every task. */
  @JCStressTest
  @Outcome(id = "SUCCEEDED SUCCEEDED SUCCEEDED", expect = ACCEPTABLE)
  @State
  public static class SubmitVsIdleWorker {
    private static final long BOUND_NANOS = 5_000_000_000L;

    private final BareWorkers bare = new BareWorkers(Then.WAIT, 60_000_000_000L);
    private final DispatchedTask first = bare.dispatch(() -> {});
    private DispatchedTask second;
    private DispatchedTask third;

    @Actor
    public void work() {
      bare.runWorker();
    }

    @Actor
    public void dispatch() {
      long end = System.nanoTime() + BOUND_NANOS;
      second = bare.dispatch(() -> {});
      await(second, end);
      third = bare.dispatch(() -> {});
      await(third, end);
      new Drain(bare.workers, Duration.ZERO, new CompletableFuture<>()).abandonWaiting();
    }

    private static void await(DispatchedTask task, long end) {
      while (!task.state().isFinal() && System.nanoTime() - end < 0) {
        Thread.yield();
      }
    }

    @Arbiter
    public void judge(L_Result r) {
      bare.runWorkers();
      r.r1 = bare.verdict(first, second, third);
    }
  }

  /** Two workers look for tasks that were handed over together. */
  @JCStressTest
  @Outcome(id = "[A-Z_]+: SUCCEEDED SUCCEEDED SUCCEEDED SUCCEEDED", expect = ACCEPTABLE)
  @State
  public static class TwoWorkers extends Pool {
    private final DispatchedTask second = bare.dispatch(() -> {});
    private DispatchedTask third;
    private DispatchedTask fourth;

    @Actor
    public void work() {
      bare.runWorker();
      third = bare.dispatch(() -> {});
    }

    @Actor
    public void workToo() {
      bare.runWorker();
      fourth = bare.dispatch(() -> {});
    }

    @Arbiter
    public void judge(L_Result r) {
      r.r1 = verdict(first, second, third, fourth);
    }
  }

  /** Tasks leave the queue by its head and from its middle; the queue works on. */
  @JCStressTest
  @Outcome(
      id = "[A-Z_]+: SUCCEEDED (SUCCEEDED|CANCELLED) (SUCCEEDED|CANCELLED) SUCCEEDED",
      expect = ACCEPTABLE)
  @State
  public static class PollVsCancel extends Pool {
    private final DispatchedTask second = bare.dispatch(() -> {});
    private final DispatchedTask third = bare.dispatch(() -> {});

    @Actor
    public void work() {
      bare.runWorkers();
    }

    @Actor
    public void cancel() {
      second.cancel();
      third.cancel();
    }

    @Arbiter
    public void judge(L_Result r) {
      r.r1 = verdictWithOneMore();
    }

    private String verdictWithOneMore() {
      bare.runWorkers();
      return verdict(first, second, third, bare.dispatch(() -> {}));
    }
  }

  /** The drain abandons what waits while somebody cancels it. */
  @JCStressTest
  @Outcome(
      id = "[A-Z_]+: ABANDONED (CANCELLED|ABANDONED) (CANCELLED|ABANDONED) ABANDONED",
      expect = ACCEPTABLE)
  @State
  public static class AbandonVsCancel extends Pool {
    private final DispatchedTask second = bare.dispatch(() -> {});
    private final DispatchedTask third = bare.dispatch(() -> {});
    private final DispatchedTask fourth = bare.dispatch(() -> {});

    @Actor
    public void abandon() {
      new Drain(bare.workers, Duration.ZERO, new CompletableFuture<>()).abandonWaiting();
    }

    @Actor
    public void cancel() {
      third.cancel();
      second.cancel();
    }

    @Arbiter
    public void judge(L_Result r) {
      r.r1 = verdict(first, second, third, fourth);
    }
  }

  /** A dispatch that got its place before the drain, and comes to the queue as that is closed. */
  @JCStressTest
  @Outcome(id = "[A-Z_]+: ABANDONED, CLOSED", expect = ACCEPTABLE)
  @Outcome(id = "[A-Z_]+: ABANDONED ABANDONED", expect = ACCEPTABLE)
  @State
  public static class CloseVsSubmit extends Pool {
    private DispatchedTask second;
    private Object refusal;

    @Actor
    public void close() {
      new Drain(bare.workers, Duration.ZERO, new CompletableFuture<>()).abandonWaiting();
    }

    @Actor
    public void dispatch() {
      try {
        second = bare.dispatch(() -> {});
      } catch (DispatchRejectedException e) {
        refusal = e.reason();
      }
    }

    @Arbiter
    public void judge(L_Result r) {
      r.r1 = second == null ? verdict(first) + ", " + refusal : verdict(first, second);
    }
  }

  /** No thread can be had for two tasks that come together; later ones run. */
  @JCStressTest
  @Outcome(id = "FAILED, QUEUE_FULL, later SUCCEEDED", expect = ACCEPTABLE)
  @Outcome(id = "QUEUE_FULL, FAILED, later SUCCEEDED", expect = ACCEPTABLE)
  @Outcome(id = "QUEUE_FULL, QUEUE_FULL, later SUCCEEDED", expect = ACCEPTABLE)
  @State
  public static class RefusedVsRefused {
    private final BareWorkers bare = new BareWorkers();
    private DispatchedTask first;
    private DispatchedTask second;
    private Object firstRefusal;
    private Object secondRefusal;

    public RefusedVsRefused() {
      bare.saturated = true;
    }

    @Actor
    public void dispatch() {
      try {
        first = bare.dispatch(() -> {});
      } catch (DispatchRejectedException e) {
        firstRefusal = e.reason();
      }
    }

    @Actor
    public void dispatchToo() {
      try {
        second = bare.dispatch(() -> {});
      } catch (DispatchRejectedException e) {
        secondRefusal = e.reason();
      }
    }

    @Arbiter
    public void judge(L_Result r) {
      bare.saturated = false;
      DispatchedTask later = bare.dispatch(() -> {});
      bare.runWorkers();
      String ends =
          (first == null ? firstRefusal : first.state())
              + ", "
              + (second == null ? secondRefusal : second.state());
      String verdict = bare.drains() ? "later " + later.state() : "places are taken";
      r.r1 = ends + ", " + verdict;
    }
  }
}
