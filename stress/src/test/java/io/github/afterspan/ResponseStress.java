// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;

/** Dispatching behind a response against the end of that response, and against the drain. */
public class ResponseStress {

  private ResponseStress() {}

  private static final TaskOptions AFTER =
      TaskOptions.named("after").startMode(StartMode.AFTER_RESPONSE);
  private static final TaskOptions AFTER_SUCCESS =
      TaskOptions.named("afterSuccess").startMode(StartMode.AFTER_SUCCESSFUL_RESPONSE);

  /** One exchange, and how often the bodies that were dispatched in it ran. */
  abstract static class Exchange {
    final BareWorkers bare = new BareWorkers();
    final CompletableFuture<Boolean> response = new CompletableFuture<>();
    final BackgroundDispatcher dispatcher = bare.workers.dispatcher(response);
    final AtomicInteger runs = new AtomicInteger();

    final DispatchedTask dispatch(TaskOptions options) {
      return dispatcher.dispatch(options, runs::incrementAndGet);
    }

    final void drain() {
      bare.workers.capacity.startDraining();
      bare.workers.intake.releaseAwaiting();
    }

    final String verdict(DispatchedTask... tasks) {
      bare.runWorkers();
      return bare.verdict(tasks) + ", ran " + runs;
    }
  }

  /** Two threads dispatch while a third is told that the response is over: each runs once. */
  @JCStressTest
  @Outcome(id = "SUCCEEDED SUCCEEDED, ran 2", expect = ACCEPTABLE)
  @State
  public static class DispatchVsDispatch extends Exchange {
    private DispatchedTask first;
    private DispatchedTask second;

    @Actor
    public void dispatch() {
      first = dispatch(AFTER);
    }

    @Actor
    public void dispatchAndAnswer() {
      second = dispatch(AFTER);
      response.complete(true);
    }

    @Arbiter
    public void judge(L_Result r) {
      r.r1 = verdict(first, second);
    }
  }

  @JCStressTest
  @Outcome(id = "SUCCEEDED SUCCEEDED, ran 2", expect = ACCEPTABLE)
  @State
  public static class DispatchVsResponse extends Exchange {
    private final DispatchedTask first = dispatch(AFTER);
    private DispatchedTask second;

    @Actor
    public void dispatch() {
      second = dispatch(AFTER_SUCCESS);
    }

    @Actor
    public void answer() {
      response.complete(true);
    }

    @Arbiter
    public void judge(L_Result r) {
      r.r1 = verdict(first, second);
    }
  }

  @JCStressTest
  @Outcome(id = "SUCCEEDED SKIPPED, ran 1", expect = ACCEPTABLE)
  @State
  public static class DispatchVsFailure extends Exchange {
    private final DispatchedTask first = dispatch(AFTER);
    private DispatchedTask second;

    @Actor
    public void dispatch() {
      second = dispatch(AFTER_SUCCESS);
    }

    @Actor
    public void fail() {
      response.completeExceptionally(new IllegalStateException("the handler"));
    }

    @Arbiter
    public void judge(L_Result r) {
      r.r1 = verdict(first, second);
    }
  }

  @JCStressTest
  @Outcome(id = "SUCCEEDED CANCELLED SUCCEEDED, ran 2", expect = ACCEPTABLE)
  @Outcome(
      id = "SUCCEEDED CANCELLED SUCCEEDED, ran 3",
      expect = ACCEPTABLE,
      desc = "Cancelled while its body ran.")
  @Outcome(id = "SUCCEEDED SUCCEEDED SUCCEEDED, ran 3", expect = ACCEPTABLE)
  @State
  public static class CancelVsResponse extends Exchange {
    private final DispatchedTask first = dispatch(AFTER);
    private final DispatchedTask second = dispatch(AFTER);
    private final DispatchedTask third = dispatch(AFTER);

    @Actor
    public void cancel() {
      second.cancel();
    }

    @Actor
    public void answer() {
      response.complete(true);
      bare.runWorkers();
    }

    @Arbiter
    public void judge(L_Result r) {
      r.r1 = verdict(first, second, third);
    }
  }

  /** The response ends as the drain lets go what awaits it. */
  @JCStressTest
  @Outcome(id = "SUCCEEDED (SUCCEEDED, ran 2|SKIPPED, ran 1)", expect = ACCEPTABLE)
  @State
  public static class DrainVsResponse extends Exchange {
    private final DispatchedTask first = dispatch(AFTER);
    private final DispatchedTask second = dispatch(AFTER_SUCCESS);

    @Actor
    public void drain1() {
      drain();
    }

    @Actor
    public void answer() {
      response.complete(true);
    }

    @Arbiter
    public void judge(L_Result r) {
      r.r1 = verdict(first, second);
    }
  }

  /** The first dispatch of an exchange, which the drain that starts has not heard of. */
  @JCStressTest
  @Outcome(id = "DRAINING: , ran 0", expect = ACCEPTABLE)
  @Outcome(id = "accepted: SUCCEEDED, ran 1", expect = ACCEPTABLE)
  @State
  public static class DrainVsFirstDispatch extends Exchange {
    private DispatchedTask first;
    private Object refusal;

    @Actor
    public void drain1() {
      drain();
    }

    @Actor
    public void dispatch() {
      try {
        first = dispatch(AFTER);
      } catch (DispatchRejectedException e) {
        refusal = e.reason();
      }
    }

    @Arbiter
    public void judge(L_Result r) {
      r.r1 = first == null ? refusal + ": " + verdict() : "accepted: " + verdict(first);
    }
  }

  /** A dispatch as the drain starts: refused, or let go; never left waiting. */
  @JCStressTest
  @Outcome(id = "DRAINING: SUCCEEDED, ran 1", expect = ACCEPTABLE)
  @Outcome(id = "accepted: SUCCEEDED SUCCEEDED, ran 2", expect = ACCEPTABLE)
  @State
  public static class DrainVsDispatch extends Exchange {
    private final DispatchedTask first = dispatch(AFTER);
    private DispatchedTask second;
    private Object refusal;

    @Actor
    public void drain1() {
      drain();
    }

    @Actor
    public void dispatch() {
      try {
        second = dispatch(AFTER);
      } catch (DispatchRejectedException e) {
        refusal = e.reason();
      }
    }

    @Arbiter
    public void judge(L_Result r) {
      r.r1 =
          second == null ? refusal + ": " + verdict(first) : "accepted: " + verdict(first, second);
    }
  }
}
