// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import java.time.Duration;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;

/** What the watchdog does against the tasks that it watches. */
public class WatchdogStress {

  private WatchdogStress() {}

  /** A deadline that has passed as soon as it is armed, looked at while the task ends by itself. */
  @JCStressTest
  @Outcome(id = "(SUCCEEDED|TIMED_OUT)", expect = ACCEPTABLE)
  @State
  public static class TimeoutVsFinish {
    private static final TaskOptions SHORT =
        TaskOptions.named("short").timeout(Duration.ofNanos(1));

    private final BareWorkers bare = new BareWorkers();
    private final Worker worker = new Worker(bare.workers.stuckThreads);
    private final WorkerTask task = bare.task(SHORT, () -> {});
    private boolean interrupted;

    @Actor
    public void run() {
      BareWorkers.run(task, worker);
      interrupted = Thread.interrupted();
    }

    @Actor
    public void look() {
      for (int i = 0; i < 20; i++) {
        worker.check(System.nanoTime());
      }
    }

    @Arbiter
    public void judge(L_Result r) {
      r.r1 = bare.verdict(task) + (interrupted ? ", but the next task is interrupted" : "");
    }
  }

  /** A second in the same slot, with time enough, is left alone. */
  @JCStressTest
  @Outcome(id = "(SUCCEEDED|TIMED_OUT) SUCCEEDED", expect = ACCEPTABLE)
  @State
  public static class TimeoutVsNextTask {
    private final BareWorkers bare = new BareWorkers();
    private final Worker worker = new Worker(bare.workers.stuckThreads);
    private final WorkerTask first = bare.task(TimeoutVsFinish.SHORT, () -> {});
    private final WorkerTask second = bare.task(Thread::yield);

    @Actor
    public void run() {
      BareWorkers.run(first, worker);
      BareWorkers.run(second, worker);
    }

    @Actor
    public void look() {
      for (int i = 0; i < 20; i++) {
        worker.check(System.nanoTime());
      }
    }

    @Arbiter
    public void judge(L_Result r) {
      r.r1 = bare.verdict(first, second);
    }
  }

  /** A stopped task that outstayed its second comes back just as that is found out. */
  @JCStressTest
  @Outcome(id = "CANCELLED", expect = ACCEPTABLE)
  @State
  public static class StuckVsBack {
    private final BareWorkers bare = new BareWorkers();
    private final Worker worker = new Worker(bare.workers.stuckThreads);
    private final WorkerTask task = bare.task(this::outstay);

    private void outstay() {
      task.cancel();
      worker.arm(System.nanoTime() - 1);
    }

    @Actor
    public void run() {
      BareWorkers.run(task, worker);
    }

    @Actor
    public void look() {
      for (int i = 0; i < 20; i++) {
        worker.check(System.nanoTime());
      }
    }

    @Arbiter
    public void judge(L_Result r) {
      r.r1 = bare.verdict(task);
    }
  }

  /** The watchdog lies down as a task comes: it must not sleep through it. */
  @JCStressTest
  @Outcome(id = "awake", expect = ACCEPTABLE)
  @State
  public static class DozeVsDispatch {
    private final BareWorkers bare = new BareWorkers();

    @Actor
    public void doze() {
      bare.workers.pool.doze();
    }

    @Actor
    public void dispatch() {
      bare.dispatch(() -> {});
    }

    @Arbiter
    public void judge(L_Result r) {
      r.r1 = bare.workers.pool.isDozing() ? "asleep" : "awake";
    }
  }
}
