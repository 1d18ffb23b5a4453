// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;

/**
 * Two tests share workers for the calling thread: each task runs in its dispatch, on its thread.
 */
@JCStressTest
@Outcome(id = "here, here", expect = ACCEPTABLE)
@State
public class CallingThreadStress {

  private final BackgroundWorkers workers =
      new BackgroundWorkers(
          new CountingTelemetry(), WorkerOptions.defaults(), WorkerThreads.calling());
  private String first;
  private String second;

  private String dispatch() {
    Thread[] ran = new Thread[1];
    DispatchedTask task =
        workers.dispatcher().dispatch("task", () -> ran[0] = Thread.currentThread());
    if (!task.state().isFinal()) {
      return "later";
    }
    return ran[0] == Thread.currentThread() ? "here" : "elsewhere";
  }

  @Actor
  public void dispatch1() {
    first = dispatch();
  }

  @Actor
  public void dispatch2() {
    second = dispatch();
  }

  @Arbiter
  public void judge(L_Result r) {
    r.r1 = first + ", " + second;
  }
}
