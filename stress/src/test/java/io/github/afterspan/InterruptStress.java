// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import io.github.afterspan.OutcomeStress.Stop;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;

/** The interrupt of one task against the next one in the same thread. */
public class InterruptStress {

  private InterruptStress() {}

  /** Two tasks in one worker; the first is stopped at some time, and the second looks. */
  abstract static class TwoTasks {
    final BareWorkers bare;
    final Stop stop = Stop.any();
    final DispatchedTask first;
    final DispatchedTask second;
    private volatile boolean interrupted;

    TwoTasks(WorkerThreads.Then then) {
      bare = new BareWorkers(then, 0);
      first = bare.dispatch(() -> {});
      second = bare.dispatch(() -> interrupted = Thread.currentThread().isInterrupted());
    }

    final String verdict(boolean leftInterrupted, boolean expected) {
      String verdict = bare.verdict(first, second);
      if (interrupted) {
        return verdict + ", but the second task was interrupted";
      }
      return leftInterrupted == expected
          ? verdict
          : verdict + ", but the interrupt was " + !expected;
    }
  }

  /** A pooled thread of our own goes from one task to the next. */
  @JCStressTest
  @Outcome(id = "(SUCCEEDED|CANCELLED|TIMED_OUT|ABANDONED) SUCCEEDED", expect = ACCEPTABLE)
  @State
  public static class OwnThread extends TwoTasks {
    private boolean left;

    public OwnThread() {
      super(WorkerThreads.Then.WAIT);
    }

    @Actor
    public void run() {
      bare.runWorker();
      left = Thread.interrupted();
    }

    @Actor
    public void stopFirst() {
      stop.stop((WorkerTask) first);
    }

    @Arbiter
    public void judge(L_Result r) {
      bare.runWorkers();
      r.r1 = verdict(left, false);
    }
  }

  /** Somebody else's thread comes without an interrupt, and leaves without one. */
  @JCStressTest
  @Outcome(id = "(SUCCEEDED|CANCELLED|TIMED_OUT|ABANDONED) SUCCEEDED", expect = ACCEPTABLE)
  @State
  public static class ForeignThread extends TwoTasks {
    private boolean left;

    public ForeignThread() {
      super(WorkerThreads.Then.GIVE_BACK);
    }

    @Actor
    public void run() {
      bare.runWorker();
      left = Thread.interrupted();
    }

    @Actor
    public void stopFirst() {
      stop.stop((WorkerTask) first);
    }

    @Arbiter
    public void judge(L_Result r) {
      bare.runWorkers();
      r.r1 = verdict(left, false);
    }
  }

  /** Somebody else's thread comes with an interrupt, and leaves with it. */
  @JCStressTest
  @Outcome(id = "(SUCCEEDED|CANCELLED|TIMED_OUT|ABANDONED) SUCCEEDED", expect = ACCEPTABLE)
  @State
  public static class InterruptedForeignThread extends TwoTasks {
    private boolean left;

    public InterruptedForeignThread() {
      super(WorkerThreads.Then.GIVE_BACK);
    }

    @Actor
    public void run() {
      Thread.currentThread().interrupt();
      bare.runWorker();
      left = Thread.interrupted();
    }

    @Actor
    public void stopFirst() {
      stop.stop((WorkerTask) first);
    }

    @Arbiter
    public void judge(L_Result r) {
      bare.runWorkers();
      r.r1 = verdict(left, true);
    }
  }
}
