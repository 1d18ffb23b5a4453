// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan;

import io.github.afterspan.DispatchRejectedException.Reason;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Counts the tasks that are accepted and unfinished, bounds them, and tells when a drain is over.
 *
 * <p>Everything is in one word, so that reserving and the start of a drain can't miss each other: a
 * reservation that was made before the drain is waited for, one that comes after is refused.
 *
 * <pre>
 * bit 63      draining
 * bits 32-62  outcomes that are being reported by another thread than the task's own
 * bits 0-31   tasks accepted and unfinished
 * </pre>
 *
 * <p>Safe for use by several threads.
 */
final class Capacity {

  private static final long DRAINING = 1L << 63;
  private static final long ONE_REPORT = 1L << 32;
  private static final long ACCEPTED = ONE_REPORT - 1;

  private final int limit;
  private final AtomicLong word = new AtomicLong();
  private final CompletableFuture<@Nullable Void> empty = new CompletableFuture<>();
  private volatile boolean closed;

  Capacity(int limit) {
    this.limit = limit;
  }

  /** Takes a place for one task, or says why there is none. */
  @Nullable Reason reserve() {
    long before = word.get();
    while (true) {
      if (before < 0) {
        return closed ? Reason.CLOSED : Reason.DRAINING;
      }
      if ((before & ACCEPTED) >= limit) {
        return Reason.QUEUE_FULL;
      }
      long witness = word.compareAndExchange(before, before + 1);
      if (witness == before) {
        return null;
      }
      before = witness;
    }
  }

  /** Gives a place back: the task has its outcome, reported, and its thread is back. */
  void release() {
    completeIfEmpty(word.decrementAndGet());
  }

  /** Keeps a drain from ending before an outcome is reported that was decided from outside. */
  void reportBegins() {
    word.addAndGet(ONE_REPORT);
  }

  void reportEnds() {
    completeIfEmpty(word.addAndGet(-ONE_REPORT));
  }

  int accepted() {
    return (int) (word.get() & ACCEPTED);
  }

  boolean isDraining() {
    return word.get() < 0;
  }

  void startDraining() {
    completeIfEmpty(word.updateAndGet(before -> before | DRAINING));
  }

  void close() {
    closed = true;
  }

  boolean isClosed() {
    return closed;
  }

  /** Waits until nothing is unfinished, after {@link #startDraining()}. */
  boolean awaitEmpty(long nanos) throws InterruptedException {
    try {
      empty.get(nanos, TimeUnit.NANOSECONDS);
      return true;
    } catch (TimeoutException e) {
      return false;
    } catch (ExecutionException e) {
      throw new AssertionError("never completed exceptionally", e);
    }
  }

  private void completeIfEmpty(long now) {
    if (now == DRAINING) {
      empty.complete(null);
    }
  }
}
