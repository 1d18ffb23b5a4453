// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan;

import static io.github.afterspan.Outcomes.outcome;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What the watchdog does with a worker whose time has come, one interleaving at a time. */
@Timeout(60)
class WorkerTest {

  @RegisterExtension final Engine engine = new Engine();

  /** The thread has decided the outcome, and the watchdog looks before it can disarm. */
  @Test
  void isNotStuck_whenTaskEndsByItselfAtItsDeadline() throws Exception {
    BackgroundWorkers workers = engine.workers();
    WorkerTask succeeded = (WorkerTask) workers.dispatcher().dispatch("task", () -> {});
    assertThat(outcome(succeeded)).isEqualTo(TaskState.SUCCEEDED);
    assertThat(stuckAfterCheck(workers, succeeded)).isZero();
    WorkerTask failed = (WorkerTask) workers.dispatcher().dispatch("task", () -> fail());
    assertThat(outcome(failed)).isEqualTo(TaskState.FAILED);
    assertThat(stuckAfterCheck(workers, failed)).isZero();
  }

  @Test
  void isStuckOnce_whenStoppedTaskIsStillThere() throws Exception {
    BackgroundWorkers workers = engine.workers();
    BlockingTask body = engine.stubborn();
    WorkerTask cancelled = (WorkerTask) workers.dispatcher().dispatch("task", body);
    body.awaitStarted();
    assertThat(cancelled.cancel()).isTrue();
    Worker worker = armedWith(workers, cancelled);
    worker.check(System.nanoTime());
    worker.check(System.nanoTime());
    assertThat(workers.status().stuck()).isEqualTo(1);
    worker.disarmStopped();
    assertThat(workers.status().stuck()).isZero();
  }

  private static int stuckAfterCheck(BackgroundWorkers workers, WorkerTask task) {
    armedWith(workers, task).check(System.nanoTime());
    return workers.status().stuck();
  }

  private static Worker armedWith(BackgroundWorkers workers, WorkerTask task) {
    Worker worker = new Worker(workers.stuckThreads);
    worker.enter();
    worker.take(task);
    worker.arm(System.nanoTime() - 1);
    return worker;
  }

  private static void fail() {
    throw new IllegalStateException("the body failed");
  }
}
