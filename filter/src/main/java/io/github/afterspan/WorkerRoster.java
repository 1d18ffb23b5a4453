// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;

/**
 * The workers of a pool: which of them are in no thread, and how many of the others work or wait.
 * At most {@code concurrency} are made; a watchdog that looks while one is made may miss it once.
 *
 * <p>Guarded by the lock of the pool, except for {@link #all()}.
 */
final class WorkerRoster {

  private static final int FIRST_SIZE = 8;

  private final StuckThreads stuckThreads;
  private final int concurrency;
  private final Deque<Worker> free = new ArrayDeque<>();
  private int active;
  private int idle;
  private int made;

  /** Written under the lock, copied to grow; null from the first free place on. */
  private volatile Worker[] all = new Worker[FIRST_SIZE];

  WorkerRoster(StuckThreads stuckThreads, int concurrency) {
    this.stuckThreads = stuckThreads;
    this.concurrency = concurrency;
  }

  /** Every worker ever made; null from the first free place on. Needs no lock. */
  Worker[] all() {
    return all;
  }

  /** Workers that run a task, or are about to look for one. */
  int active() {
    return active;
  }

  /** Whether some worker waits for a task. */
  boolean anyIdle() {
    return idle > 0;
  }

  /** Whether no worker is in any thread, or about to be. */
  boolean isEmpty() {
    return active + idle == 0;
  }

  /** Whether a further worker would be one too many. */
  boolean isFull() {
    return active == concurrency;
  }

  /** A worker that is active from now on. */
  Worker engage() {
    active++;
    Worker known = free.poll();
    return known != null ? known : make();
  }

  /** An active worker is in no thread any more, or never got one. */
  void release(Worker worker) {
    active--;
    free.push(worker);
  }

  /** An active worker waits from now on. */
  void rest() {
    active--;
    idle++;
  }

  /** A worker that waited looks for a task again. */
  void resume() {
    idle--;
    active++;
  }

  private Worker make() {
    Worker worker = new Worker(stuckThreads);
    Worker[] known = all;
    if (made == known.length) {
      known = Arrays.copyOf(known, 2 * made);
    }
    known[made++] = worker;
    all = known;
    return worker;
  }
}
