// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** How many idle workers are woken while those that were woken have no processor. */
@Timeout(60)
class WakeUpTest {

  @RegisterExtension final Engine engine = new Engine();

  /** No worker can look for a task while this thread has the lock, just as if none got to run. */
  @Test
  void wakesAnother_eachTimeThatTheQueueHasDoubled() throws Exception {
    BackgroundWorkers workers = engine.workers(o -> o.concurrency(4));
    letThemIdle(workers, 4);
    workers.pool.lock.lock();
    try {
      dispatch(workers, 1);
      assertThat(asleep(workers)).isEqualTo(3);
      dispatch(workers, WorkerPool.MANY - 2);
      assertThat(asleep(workers)).isEqualTo(3);
      dispatch(workers, 1);
      assertThat(asleep(workers)).isEqualTo(2);
      dispatch(workers, WorkerPool.MANY - 1);
      assertThat(asleep(workers)).isEqualTo(2);
      dispatch(workers, 1);
      assertThat(asleep(workers)).isEqualTo(1);
    } finally {
      workers.pool.lock.unlock();
    }
    await().until(() -> workers.status().succeeded() == 4 + 2 * WorkerPool.MANY);
  }

  @Test
  void wakesOne_whenTenTasksAreHandedOverTogether() throws Exception {
    BackgroundWorkers workers = engine.workers(o -> o.concurrency(4));
    letThemIdle(workers, 4);
    CompletableFuture<Boolean> response = new CompletableFuture<>();
    BackgroundDispatcher dispatcher = workers.dispatcher(response);
    for (int i = 0; i < 10; i++) {
      dispatcher.dispatch(TaskOptions.named("task").startMode(StartMode.AFTER_RESPONSE), () -> {});
    }
    workers.pool.lock.lock();
    try {
      response.complete(true);
      assertThat(asleep(workers)).isEqualTo(3);
    } finally {
      workers.pool.lock.unlock();
    }
    await().until(() -> workers.status().succeeded() == 4 + 10);
  }

  private void letThemIdle(BackgroundWorkers workers, int count) throws Exception {
    List<BlockingTask> tasks = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      tasks.add(engine.blocking());
      workers.dispatcher().dispatch("busy", tasks.get(i));
    }
    for (BlockingTask task : tasks) {
      task.awaitStarted();
      task.release();
    }
    await().until(() -> asleep(workers) == count);
  }

  private static void dispatch(BackgroundWorkers workers, int count) {
    for (int i = 0; i < count; i++) {
      workers.dispatcher().dispatch("task", () -> {});
    }
  }

  private static int asleep(BackgroundWorkers workers) {
    workers.pool.lock.lock();
    try {
      return workers.pool.lock.getWaitQueueLength(workers.pool.available);
    } finally {
      workers.pool.lock.unlock();
    }
  }
}
