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

/** Reserving and releasing places against each other and against the start of a drain. */
public class CapacityStress {

  private CapacityStress() {}

  private static boolean isEmpty(Capacity capacity) {
    try {
      return capacity.awaitEmpty(0);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** A dispatch either makes the drain wait for its task, or is refused. */
  @JCStressTest
  @Outcome(id = "reserved, waited for, over", expect = ACCEPTABLE)
  @Outcome(id = "DRAINING, over", expect = ACCEPTABLE)
  @State
  public static class ReserveVsDrain {
    private final Capacity capacity = new Capacity(1);
    private String refusal;

    @Actor
    public void reserve() {
      refusal = String.valueOf(capacity.reserve());
    }

    @Actor
    public void drain() {
      capacity.startDraining();
    }

    @Arbiter
    public void judge(L_Result r) {
      String end;
      if (refusal.equals("null")) {
        end = isEmpty(capacity) ? "reserved, not waited for" : "reserved, waited for";
        capacity.release();
      } else {
        end = refusal;
      }
      r.r1 = end + (isEmpty(capacity) ? ", over" : ", never over");
    }
  }

  /** The last task ends as the drain starts: the drain is over. */
  @JCStressTest
  @Outcome(id = "over", expect = ACCEPTABLE)
  @State
  public static class ReleaseVsDrain {
    private final Capacity capacity = new Capacity(1);

    public ReleaseVsDrain() {
      capacity.reserve();
    }

    @Actor
    public void release() {
      capacity.release();
    }

    @Actor
    public void drain() {
      capacity.startDraining();
    }

    @Arbiter
    public void judge(L_Result r) {
      r.r1 = isEmpty(capacity) ? "over" : "never over";
    }
  }

  /** The thread of a stopped task comes back while somebody else still tells its outcome. */
  @JCStressTest
  @Outcome(id = "over", expect = ACCEPTABLE)
  @State
  public static class ReleaseVsReport {
    private final Capacity capacity = new Capacity(1);
    private boolean told;
    private boolean overUntold;

    public ReleaseVsReport() {
      capacity.reserve();
      capacity.startDraining();
      capacity.reportBegins();
    }

    @Actor
    public void release() {
      capacity.release();
      overUntold = isEmpty(capacity) && !told;
    }

    @Actor
    public void report() {
      told = true;
      capacity.reportEnds();
    }

    @Arbiter
    public void judge(L_Result r) {
      r.r1 = overUntold ? "over, untold" : isEmpty(capacity) ? "over" : "never over";
    }
  }

  /** Two want the last place. */
  @JCStressTest
  @Outcome(id = "one", expect = ACCEPTABLE)
  @State
  public static class LastPlace {
    private final Capacity capacity = new Capacity(2);
    private boolean first;
    private boolean second;

    public LastPlace() {
      capacity.reserve();
    }

    @Actor
    public void first() {
      first = capacity.reserve() == null;
    }

    @Actor
    public void second() {
      second = capacity.reserve() == null;
    }

    @Arbiter
    public void judge(L_Result r) {
      r.r1 = first && second ? "both" : first || second ? "one" : "none";
    }
  }
}
