// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.durable;

import io.github.afterspan.BackgroundWorkers;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The end of one set of workers, once: claim no more, let attempts finish, put back what did not,
 * and end the threads.
 *
 * <p>Safe for use by several threads.
 */
final class WorkersDrain {

  private static final long LAST_STEPS_MILLIS = 1000;

  private final String name;
  private final BackgroundWorkers attempts;
  private final CompletableFuture<@Nullable Void> drained = new CompletableFuture<>();
  private final Object lock = new Object();
  private volatile @Nullable Thread drainer; // written under the lock

  WorkersDrain(String name, BackgroundWorkers attempts) {
    this.name = name;
    this.attempts = attempts;
  }

  /** Whether an attempt that was stopped may have been stopped by this. */
  boolean hasBegun() {
    return drainer != null;
  }

  /** Begins, unless it has; the engine is null on a node that only enqueues. */
  CompletableFuture<@Nullable Void> begin(@Nullable Engine engine, Duration timeout) {
    synchronized (lock) {
      if (drainer == null) {
        Thread thread = new QuietThreads(name, "drain").newThread(() -> run(engine, timeout));
        drainer = thread;
        thread.start();
      }
    }
    return drained.copy();
  }

  private void run(@Nullable Engine engine, Duration timeout) {
    try {
      if (engine != null) {
        engine.pause();
      }
      attempts.drain(timeout).join();
      if (engine != null) {
        engine.stop();
      }
      drained.complete(null);
    } catch (RuntimeException | Error e) {
      drained.completeExceptionally(e);
    }
  }

  /** Waits for the thread as well, or a container may find it on its last steps. */
  void await() {
    drained.join();
    Thread thread = drainer;
    if (thread != null && thread != Thread.currentThread()) {
      try {
        thread.join(LAST_STEPS_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
