// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan;

import static io.github.afterspan.Outcomes.outcome;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.URL;
import java.net.URLClassLoader;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** In what state a task finds the thread it runs on. */
@Timeout(60)
class WorkerThreadTest {

  @RegisterExtension final Engine engine = new Engine();

  @Test
  void isNamedAfterItsWorkers_andIsDaemon() throws Exception {
    BackgroundWorkers workers = engine.workers();
    AtomicReference<Thread> thread = new AtomicReference<>();
    run(workers, () -> thread.set(Thread.currentThread()));
    assertThat(thread.get().getName()).isEqualTo("afterspan-" + workers.options.name() + "-1");
    assertThat(thread.get().isDaemon()).isTrue();
  }

  @Test
  void isUsedAgain_insteadOfStartingAnother() throws Exception {
    BackgroundWorkers workers = engine.workers(o -> o.concurrency(1));
    AtomicReference<Thread> first = new AtomicReference<>();
    AtomicReference<Thread> second = new AtomicReference<>();
    run(workers, () -> first.set(Thread.currentThread()));
    await().until(() -> workers.status().running() == 0);
    run(workers, () -> second.set(Thread.currentThread()));
    assertThat(second.get()).isSameAs(first.get());
  }

  @Test
  void hasClassLoaderOfApplicationThatCreatedWorkers() throws Exception {
    ClassLoader before = Thread.currentThread().getContextClassLoader();
    AtomicReference<ClassLoader> seen = new AtomicReference<>();
    try (URLClassLoader application = new URLClassLoader(new URL[0], before)) {
      BackgroundWorkers workers;
      Thread.currentThread().setContextClassLoader(application);
      try {
        workers = engine.workers();
      } finally {
        Thread.currentThread().setContextClassLoader(before);
      }
      run(workers, () -> seen.set(Thread.currentThread().getContextClassLoader()));
      assertThat(seen.get()).isSameAs(application);
    }
  }

  @Test
  void hasItAgain_afterTaskThatSetAnother() throws Exception {
    BackgroundWorkers workers = engine.workers(o -> o.concurrency(1));
    AtomicReference<ClassLoader> seen = new AtomicReference<>();
    run(workers, () -> Thread.currentThread().setContextClassLoader(null));
    run(workers, () -> seen.set(Thread.currentThread().getContextClassLoader()));
    assertThat(seen.get()).isSameAs(Thread.currentThread().getContextClassLoader());
  }

  @Test
  void isNotInterrupted_afterTaskThatInterruptedItself() throws Exception {
    BackgroundWorkers workers = engine.workers(o -> o.concurrency(1));
    assertInterruptStaysInItsTask(workers);
  }

  @Test
  void isNotInterrupted_onThreadOfExecutorEither() throws Exception {
    BackgroundWorkers workers =
        engine.workers(worker -> new Thread(worker).start(), o -> o.concurrency(1));
    assertInterruptStaysInItsTask(workers);
  }

  @Test
  void inheritsNothingOfDispatchingThread() throws Exception {
    InheritableThreadLocal<String> request = new InheritableThreadLocal<>();
    request.set("alice");
    try {
      AtomicReference<String> seen = new AtomicReference<>("not run");
      run(engine.workers(), () -> seen.set(request.get()));
      assertThat(seen.get()).isNull();
    } finally {
      request.remove();
    }
  }

  /** Both tasks on one thread, one right after the other. */
  private void assertInterruptStaysInItsTask(BackgroundWorkers workers) throws Exception {
    BlockingTask gate = engine.blocking();
    AtomicReference<Thread> first = new AtomicReference<>();
    DispatchedTask interrupting =
        workers
            .dispatcher()
            .dispatch(
                "first",
                () -> {
                  first.set(Thread.currentThread());
                  gate.run();
                  Thread.currentThread().interrupt();
                });
    gate.awaitStarted();
    AtomicReference<Thread> second = new AtomicReference<>();
    AtomicBoolean interrupted = new AtomicBoolean(true);
    DispatchedTask next =
        workers
            .dispatcher()
            .dispatch(
                "second",
                () -> {
                  second.set(Thread.currentThread());
                  interrupted.set(Thread.currentThread().isInterrupted());
                });
    gate.release();
    assertThat(outcome(interrupting)).isEqualTo(TaskState.SUCCEEDED);
    assertThat(outcome(next)).isEqualTo(TaskState.SUCCEEDED);
    assertThat(second.get()).isSameAs(first.get());
    assertThat(interrupted).isFalse();
  }

  private static void run(BackgroundWorkers workers, BackgroundTask body) throws Exception {
    assertThat(outcome(workers.dispatcher().dispatch("task", body))).isEqualTo(TaskState.SUCCEEDED);
  }
}
