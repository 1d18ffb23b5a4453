// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;

/** The end of a drain against threads that are anywhere between the queue and the outcome. */
public class DrainStress {

  private DrainStress() {}

  /** Whatever is queued, taken, started or about to return: the drain leaves nothing unfinished. */
  @JCStressTest
  @Outcome(id = "(SUCCEEDED|ABANDONED) (SUCCEEDED|ABANDONED)", expect = ACCEPTABLE)
  @State
  public static class AbandonVsStart {
    private final BareWorkers bare = new BareWorkers();
    private final DispatchedTask first = bare.dispatch(() -> {});
    private final DispatchedTask second = bare.dispatch(() -> {});
    private boolean unfinished;
    private boolean interrupted;

    @Actor
    public void work() {
      bare.runWorker();
      interrupted = Thread.interrupted();
    }

    @Actor
    public void drain() {
      Drain drain = new Drain(bare.workers, Duration.ZERO, new CompletableFuture<>());
      drain.abandonWaiting();
      drain.abandonRunning();
      unfinished = !first.state().isFinal() || !second.state().isFinal();
    }

    @Arbiter
    public void judge(L_Result r) {
      bare.runWorkers();
      r.r1 =
          bare.verdict(first, second)
              + (unfinished ? ", but one was unfinished after the drain" : "")
              + (interrupted ? ", but the thread left with an interrupt" : "");
    }
  }

  /** When a drain finds that all is over, everybody has been told how it ended. */
  @JCStressTest
  @Outcome(id = "(SUCCEEDED|FAILED)", expect = ACCEPTABLE)
  @State
  public static class RunVsOver {
    private final BareWorkers bare = new BareWorkers();
    private final DispatchedTask task =
        bare.dispatch(ThreadLocalRandom.current().nextBoolean() ? () -> {} : RunVsOver::fail);
    private final CompletableFuture<Void> told = task.completion().toCompletableFuture();
    private boolean overUntold;

    private static void fail() {
      throw new IllegalStateException("thrown");
    }

    @Actor
    public void work() {
      bare.runWorker();
    }

    @Actor
    public void drain() {
      for (int i = 0; i < 100; i++) {
        if (bare.drains()) {
          overUntold = !told.isDone();
          return;
        }
      }
    }

    @Arbiter
    public void judge(L_Result r) {
      r.r1 = bare.verdict(task) + (overUntold ? ", but over before it was told" : "");
    }
  }
}
