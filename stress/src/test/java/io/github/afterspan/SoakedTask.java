// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan;

import io.opentelemetry.api.trace.SpanContext;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** One dispatch of the soak: what it was, what its body does, and what became of it. */
final class SoakedTask implements BackgroundTask {

  /** What a body does, and how many of a thousand do it. */
  enum Behaviour {
    RETURNS(640),
    THROWS(80),
    THROWS_ERROR(40),
    OVERFLOWS(4),
    SLEEPS_PAST_DEADLINE(3),
    IGNORES_INTERRUPT(1),
    DISPATCHES(90),
    DISPATCHES_WHEN_DONE(20),
    CANCELS_ITSELF(40),
    INTERRUPTS_ITSELF(82);

    private final int share;

    Behaviour(int share) {
      this.share = share;
    }

    static Behaviour any(SplittableRandom random) {
      int left = random.nextInt(1000);
      for (Behaviour behaviour : values()) {
        left -= behaviour.share;
        if (left < 0) {
          return behaviour;
        }
      }
      throw new AssertionError("the shares add up to less than a thousand");
    }

    boolean mayFail() {
      return this == THROWS
          || this == THROWS_ERROR
          || this == OVERFLOWS
          || this == SLEEPS_PAST_DEADLINE;
    }
  }

  final long id;
  final Behaviour behaviour;
  final TraceMode traceMode;
  final SpanContext origin;
  final AtomicInteger runs = new AtomicInteger();

  /** Null if it was rejected. */
  volatile DispatchedTask handle;

  private final SoakRound round;

  SoakedTask(SoakRound round, long id, Behaviour behaviour, TraceMode mode, SpanContext origin) {
    this.round = round;
    this.id = id;
    this.behaviour = behaviour;
    this.traceMode = mode;
    this.origin = origin;
  }

  @Override
  public void run() throws Exception {
    runs.incrementAndGet();
    DispatchedTask self = DispatchedTask.current().orElseThrow();
    if (Thread.currentThread().isInterrupted()) {
      round.interrupted(self);
    }
    switch (behaviour) {
      case RETURNS -> {}
      case THROWS -> throw new java.io.IOException("thrown");
      case THROWS_ERROR -> throw new AssertionError("thrown");
      case OVERFLOWS -> throw new StackOverflowError("thrown");
      case SLEEPS_PAST_DEADLINE -> sleep(self);
      case IGNORES_INTERRUPT -> sleepOn(self);
      case DISPATCHES -> round.dispatchNested();
      case DISPATCHES_WHEN_DONE ->
          ignore(self.completion().whenComplete((done, failure) -> round.dispatchNested()));
      case CANCELS_ITSELF -> self.cancel();
      case INTERRUPTS_ITSELF -> Thread.currentThread().interrupt();
      default -> throw new AssertionError(behaviour);
    }
  }

  private void sleep(DispatchedTask self) throws InterruptedException {
    try {
      TimeUnit.SECONDS.sleep(20);
    } catch (InterruptedException e) {
      round.interrupted(self);
      throw e;
    }
  }

  /** Long enough to be counted as stuck, now and then. */
  private void sleepOn(DispatchedTask self) {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(id % 16 == 0 ? 1_300 : 60);
    while (end - System.nanoTime() > 0) {
      try {
        TimeUnit.NANOSECONDS.sleep(end - System.nanoTime());
      } catch (InterruptedException e) {
        round.interrupted(self);
      }
    }
  }

  private static void ignore(Object stage) {
    CompletableFuture.completedFuture(stage).join();
  }
}
