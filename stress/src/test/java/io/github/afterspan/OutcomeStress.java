// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;

/**
 * Whoever ends a task, against everybody else who may: one outcome, told once to the span, the
 * counts and the completion; the place given back; and no interrupt left for the next task.
 */
public class OutcomeStress {

  private OutcomeStress() {}

  /** What the body does, picked at random. */
  enum Body {
    RETURNS,
    THROWS,
    CANCELS,
    TIMES_OUT;

    static Body any() {
      return values()[ThreadLocalRandom.current().nextInt(values().length)];
    }
  }

  /** Who else ends the task, picked at random. */
  enum Stop {
    CANCEL,
    TIMEOUT,
    REQUEST,
    ABANDON;

    static Stop any() {
      return values()[ThreadLocalRandom.current().nextInt(values().length)];
    }

    void stop(WorkerTask task) {
      switch (this) {
        case CANCEL -> task.cancel();
        case TIMEOUT -> task.timeOut();
        case REQUEST -> task.requestStop();
        case ABANDON -> {
          task.requestStop();
          if (task.stop(TaskState.ABANDONED)) {
            task.reportStopped(TaskState.ABANDONED, new IllegalStateException("abandoned"));
          }
        }
        default -> throw new AssertionError(this);
      }
    }
  }

  /** A task that one actor runs. */
  abstract static class RunningTask {
    final BareWorkers bare = new BareWorkers();
    final Worker worker = new Worker(bare.workers.stuckThreads);
    final Body body = Body.any();
    final WorkerTask task = bare.task(this::runBody);
    private boolean begun;
    private boolean interrupted;

    private void runBody() {
      begun = true;
      switch (body) {
        case RETURNS -> {}
        case THROWS -> throw new IllegalStateException("thrown");
        case CANCELS -> task.cancel();
        case TIMES_OUT -> task.timeOut();
        default -> throw new AssertionError(body);
      }
    }

    final void run() {
      BareWorkers.run(task, worker);
      interrupted = Thread.interrupted(); // the next task would start here
    }

    /** What the body did, if it was let. */
    final String body() {
      return begun ? body.name() : "NOT_BEGUN";
    }

    final String verdict() {
      String verdict = bare.verdict(task);
      return interrupted ? verdict + ", but the next task is interrupted" : verdict;
    }
  }

  /** The body's end, the task's own cancellation or timeout, against somebody else's. */
  @JCStressTest
  @Outcome(id = "NOT_BEGUN, (CANCEL|REQUEST): CANCELLED", expect = ACCEPTABLE)
  @Outcome(id = "NOT_BEGUN, TIMEOUT: TIMED_OUT", expect = ACCEPTABLE)
  @Outcome(id = "NOT_BEGUN, ABANDON: (CANCELLED|ABANDONED)", expect = ACCEPTABLE)
  @Outcome(id = "RETURNS, CANCEL: (SUCCEEDED|CANCELLED)", expect = ACCEPTABLE)
  @Outcome(id = "RETURNS, TIMEOUT: (SUCCEEDED|TIMED_OUT)", expect = ACCEPTABLE)
  @Outcome(id = "RETURNS, REQUEST: SUCCEEDED", expect = ACCEPTABLE)
  @Outcome(id = "RETURNS, ABANDON: (SUCCEEDED|ABANDONED)", expect = ACCEPTABLE)
  @Outcome(id = "THROWS, CANCEL: (FAILED|CANCELLED)", expect = ACCEPTABLE)
  @Outcome(id = "THROWS, TIMEOUT: (FAILED|TIMED_OUT)", expect = ACCEPTABLE)
  @Outcome(id = "THROWS, REQUEST: (FAILED|CANCELLED)", expect = ACCEPTABLE)
  @Outcome(id = "THROWS, ABANDON: (FAILED|CANCELLED|ABANDONED)", expect = ACCEPTABLE)
  @Outcome(id = "CANCELS, (CANCEL|REQUEST): CANCELLED", expect = ACCEPTABLE)
  @Outcome(id = "CANCELS, TIMEOUT: (CANCELLED|TIMED_OUT)", expect = ACCEPTABLE)
  @Outcome(id = "CANCELS, ABANDON: (CANCELLED|ABANDONED)", expect = ACCEPTABLE)
  @Outcome(id = "TIMES_OUT, CANCEL: (TIMED_OUT|CANCELLED)", expect = ACCEPTABLE)
  @Outcome(id = "TIMES_OUT, (TIMEOUT|REQUEST): TIMED_OUT", expect = ACCEPTABLE)
  @Outcome(id = "TIMES_OUT, ABANDON: (TIMED_OUT|ABANDONED)", expect = ACCEPTABLE)
  @State
  public static class RunVsStop extends RunningTask {
    private final Stop stop = Stop.any();

    @Actor
    public void run1() {
      run();
    }

    @Actor
    public void stop() {
      stop.stop(task);
    }

    @Arbiter
    public void judge(L_Result r) {
      r.r1 = body() + ", " + stop + ": " + verdict();
    }
  }

  /** Asking for the completion against the report of the outcome. */
  @JCStressTest
  @Outcome(id = "RETURNS: SUCCEEDED", expect = ACCEPTABLE)
  @Outcome(id = "THROWS: FAILED", expect = ACCEPTABLE)
  @Outcome(id = "CANCELS: CANCELLED", expect = ACCEPTABLE)
  @Outcome(id = "TIMES_OUT: TIMED_OUT", expect = ACCEPTABLE)
  @State
  public static class RunVsCompletion extends RunningTask {
    private CompletableFuture<Void> asked;

    @Actor
    public void run1() {
      run();
    }

    @Actor
    public void ask() {
      asked = task.completion().toCompletableFuture();
    }

    @Arbiter
    public void judge(L_Result r) {
      String verdict = body() + ": " + verdict();
      r.r1 = asked.isDone() ? verdict : verdict + ", but the one who asked was not told";
    }
  }

  /** Finding no worker in time, against being cancelled and against being taken after all. */
  @JCStressTest
  @Outcome(id = "TIMED_OUT CANCELLED", expect = ACCEPTABLE)
  @Outcome(id = "CANCELLED TIMED_OUT", expect = ACCEPTABLE)
  @Outcome(id = "TIMED_OUT TIMED_OUT", expect = ACCEPTABLE)
  @Outcome(id = "CANCELLED CANCELLED", expect = ACCEPTABLE)
  @State
  public static class ExpireVsCancel {
    private final BareWorkers bare = new BareWorkers();
    private final DispatchedTask first = bare.dispatch(() -> {});
    private final DispatchedTask second = bare.dispatch(() -> {});

    @Actor
    public void expire() {
      WorkerTask expired = bare.workers.pool.removeIf(WorkerTask::expire);
      while (expired != null) {
        WorkerTask following = expired.next;
        expired.reportExpired();
        expired = following;
      }
    }

    @Actor
    public void cancel() {
      second.cancel();
      first.cancel();
    }

    @Arbiter
    public void judge(L_Result r) {
      bare.runWorkers();
      r.r1 = bare.verdict(first, second);
    }
  }
}
