// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The thread that tells of outcomes which the watchdog decided: it ends their spans and completes
 * them, which may block, as the watchdog must not. The thread is there only while there is
 * something to tell.
 *
 * <p>Safe for use by several threads.
 */
final class Reports {

  private static final long KEEP_ALIVE_SECONDS = 10;

  private final ThreadPoolExecutor executor;

  Reports(String workers, @Nullable ClassLoader loader) {
    executor =
        new ThreadPoolExecutor(
            1,
            1,
            KEEP_ALIVE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(), // bounded by what is accepted
            body -> WorkerThreads.make(body, "afterspan-" + workers + "-reports", loader));
    executor.allowCoreThreadTimeOut(true);
  }

  /**
   * Tells of an outcome; on the caller's thread if there is no other (the drain has just ended it,
   * or no thread can be made): an outcome that nobody tells of keeps its place, and a drain
   * waiting, for ever.
   */
  void tell(Runnable outcome) {
    try {
      executor.execute(outcome);
    } catch (RejectedExecutionException | OutOfMemoryError e) {
      outcome.run();
    }
  }

  /** Ends the thread when everything is told; what comes later is told by whoever decides it. */
  void shutdown() {
    executor.shutdown();
  }

  boolean awaitEnd(long nanos) throws InterruptedException {
    return executor.awaitTermination(nanos, TimeUnit.NANOSECONDS);
  }
}
