// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan;

import static io.github.afterspan.Outcomes.failure;
import static io.github.afterspan.Outcomes.outcome;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.afterspan.DispatchRejectedException.Reason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Workers on somebody else's executor. */
@Timeout(60)
class SuppliedExecutorTest {

  @RegisterExtension final Engine engine = new Engine();

  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final ManagedExecutor managed = new ManagedExecutor();

  @AfterEach
  void shutDown() {
    threads.shutdownNow();
  }

  @Test
  void runsTasksOnItsThreads_withinConcurrency_andNeverTouchesItsLifecycle() throws Exception {
    BackgroundWorkers workers = engine.workers(managed, o -> o.concurrency(3));
    AtomicInteger now = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    List<DispatchedTask> tasks = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      tasks.add(
          workers
              .dispatcher()
              .dispatch(
                  "task",
                  () -> {
                    most.accumulateAndGet(now.incrementAndGet(), Math::max);
                    Thread.sleep(1);
                    now.decrementAndGet();
                  }));
    }
    for (DispatchedTask task : tasks) {
      assertThat(outcome(task)).isEqualTo(TaskState.SUCCEEDED);
    }
    assertThat(most).hasValueBetween(2, 3);
    workers.close(); // its lifecycle methods throw
    assertThat(engine.log().warnings("")).isEmpty();
    assertThat(threads.submit(() -> 42).get(30, TimeUnit.SECONDS)).isEqualTo(42);
  }

  @Test
  void givesThreadBack_whenNothingIsQueued() throws Exception {
    BackgroundWorkers workers = engine.workers(managed, o -> o.concurrency(1));
    for (int i = 0; i < 5; i++) {
      assertThat(outcome(workers.dispatcher().dispatch("task", () -> {})))
          .isEqualTo(TaskState.SUCCEEDED);
      managed.awaitIdle();
    }
    assertThat(managed.executions).hasValueGreaterThanOrEqualTo(5);
  }

  /** The second worker was asked for when the second task was queued, which the first one ran. */
  @Test
  void workerThatComesTooLate_doesNotCountAsRunningTask() throws Exception {
    Queue<Runnable> unstarted = new ConcurrentLinkedQueue<>();
    BackgroundWorkers workers = engine.workers(unstarted::add, o -> o.concurrency(2));
    workers.dispatcher().dispatch("task", () -> {});
    DispatchedTask second = workers.dispatcher().dispatch("task", () -> {});
    unstarted.remove().run();
    assertThat(outcome(second)).isEqualTo(TaskState.SUCCEEDED);
    assertThat(workers.pool.active()).isEqualTo(1);
    assertThat(workers.status().running()).isZero();
    assertThat(workers.status().waiting()).isZero();
    unstarted.remove().run();
    assertThat(workers.pool.active()).isZero();
  }

  @Test
  void leavesItsThreadAsItWas() throws Exception {
    BackgroundWorkers workers = engine.workers(managed, o -> o.concurrency(1));
    ClassLoader other = new ClassLoader(null) {};
    AtomicReference<Thread> thread = new AtomicReference<>();
    managed.beforeWorker = () -> Thread.currentThread().setContextClassLoader(other);
    AtomicReference<ClassLoader> inTask = new AtomicReference<>();
    DispatchedTask task =
        workers
            .dispatcher()
            .dispatch(
                "task",
                () -> {
                  thread.set(Thread.currentThread());
                  inTask.set(Thread.currentThread().getContextClassLoader());
                });
    assertThat(outcome(task)).isEqualTo(TaskState.SUCCEEDED);
    managed.awaitIdle();
    assertThat(inTask.get()).isSameAs(Thread.currentThread().getContextClassLoader());
    assertThat(thread.get().getContextClassLoader()).isSameAs(other);
  }

  @Test
  void timeoutsHold() throws Exception {
    BackgroundWorkers workers = engine.workers(managed, o -> o.concurrency(1));
    TaskOptions slow = TaskOptions.named("slow").timeout(Duration.ofMillis(100));
    assertThat(outcome(workers.dispatcher().dispatch(slow, engine.blocking())))
        .isEqualTo(TaskState.TIMED_OUT);
    AtomicBoolean interrupted = new AtomicBoolean(true);
    DispatchedTask next =
        workers
            .dispatcher()
            .dispatch("next", () -> interrupted.set(Thread.currentThread().isInterrupted()));
    assertThat(outcome(next)).isEqualTo(TaskState.SUCCEEDED);
    assertThat(interrupted).isFalse();
  }

  @Test
  void rejectsDispatch_whenExecutorRefusesTheFirstWorker() throws Exception {
    BackgroundWorkers workers =
        engine.workers(managed, o -> o.name("mail").concurrency(2).queueCapacity(0));
    managed.refusal = new RejectedExecutionException("saturated");
    for (int i = 0; i < 5; i++) {
      DispatchRejectedException rejected =
          catchThrowableOfType(
              DispatchRejectedException.class,
              () -> workers.dispatcher().dispatch("task", () -> {}));
      assertThat(rejected.reason()).isEqualTo(Reason.QUEUE_FULL);
      assertThat(rejected).hasCause(managed.refusal);
      assertThat(rejected)
          .hasMessage(
              "workers \"mail\" rejected task \"task\": no thread would run it: "
                  + managed.refusal);
    }
    assertThat(workers.status().rejected()).isEqualTo(5);
    assertThat(workers.capacity.accepted()).isZero();
    managed.refusal = null;
    assertThat(outcome(workers.dispatcher().dispatch("task", () -> {})))
        .isEqualTo(TaskState.SUCCEEDED);
  }

  @Test
  void rejectsDispatch_whateverExceptionExecutorThrows() {
    BackgroundWorkers workers = engine.workers(managed, o -> o.concurrency(1));
    managed.refusal = new IllegalStateException("stopped");
    assertThatThrownBy(() -> workers.dispatcher().dispatch("task", () -> {}))
        .isInstanceOf(DispatchRejectedException.class)
        .hasCause(managed.refusal);
    assertThat(workers.capacity.accepted()).isZero();
  }

  /** As when there is no memory for a thread. */
  @Test
  void countsAndLogsRejection_whenExecutorThrowsError() {
    LinkageError error = new LinkageError("stopped");
    BackgroundWorkers workers =
        engine.workers(
            worker -> {
              throw error;
            },
            o -> o.name("mail"));
    assertThatThrownBy(() -> workers.dispatcher().dispatch("task", () -> {})).isSameAs(error);
    assertThat(workers.capacity.accepted()).isZero();
    assertThat(workers.status().rejected()).isEqualTo(1);
    assertThat(engine.log().warnings("rejected"))
        .containsExactly(
            "workers \"mail\" rejected task \"task\": no thread would run it: " + error);
  }

  @Test
  void queuesTask_whenExecutorRefusesOneMoreWorker() throws Exception {
    BackgroundWorkers workers = engine.workers(managed, o -> o.concurrency(4));
    BlockingTask busy = engine.blocking();
    workers.dispatcher().dispatch("busy", busy);
    busy.awaitStarted();
    managed.refusal = new RejectedExecutionException("saturated");
    DispatchedTask queued = null;
    for (int i = 0; i < 5; i++) {
      queued = workers.dispatcher().dispatch("queued", () -> {});
      assertThat(queued.state()).isEqualTo(TaskState.QUEUED);
    }
    busy.release();
    assertThat(outcome(queued)).isEqualTo(TaskState.SUCCEEDED);
    assertThat(workers.status().rejected()).isZero();
    assertThat(workers.status().succeeded()).isEqualTo(6);
    // A line for each of them would be a flood where it matters.
    assertThat(engine.log().records("a worker could not be started"))
        .extracting(LogRecord::getThrown)
        .containsExactly(managed.refusal);
  }

  /** The response is over, and nobody is there to be told by an exception. */
  @Test
  void failsTasksThatAwaitedResponse_whenExecutorRefusesThem() throws Exception {
    BackgroundWorkers workers = engine.workers(managed, o -> o.concurrency(1).queueCapacity(1));
    CompletableFuture<Boolean> response = new CompletableFuture<>();
    TaskOptions after = TaskOptions.named("after").startMode(StartMode.AFTER_RESPONSE);
    DispatchedTask first = workers.dispatcher(response).dispatch(after, () -> {});
    DispatchedTask second = workers.dispatcher(response).dispatch(after, () -> {});
    managed.refusal = new RejectedExecutionException("saturated");
    response.complete(true);
    assertThat(failure(first)).isSameAs(managed.refusal);
    assertThat(failure(second)).isSameAs(managed.refusal);
    assertThat(first.state()).isEqualTo(TaskState.FAILED);
    assertThat(engine.log().warnings("task \"after\" (no trace) failed")).hasSize(2);
    assertThat(workers.capacity.accepted()).isZero();
    managed.refusal = null;
    assertThat(outcome(workers.dispatcher().dispatch("next", () -> {})))
        .isEqualTo(TaskState.SUCCEEDED);
  }

  /** As a container's: {@code execute} works, and everything about its life throws. */
  private final class ManagedExecutor extends AbstractExecutorService {
    private final AtomicInteger executions = new AtomicInteger();
    private volatile RuntimeException refusal;
    private volatile Runnable beforeWorker = () -> {};
    private volatile CompletableFuture<Void> last;

    @Override
    public void execute(Runnable worker) {
      RuntimeException thrown = refusal;
      if (thrown != null) {
        throw thrown;
      }
      executions.incrementAndGet();
      last =
          CompletableFuture.runAsync(
              () -> {
                beforeWorker.run();
                worker.run();
              },
              threads);
    }

    void awaitIdle() throws Exception {
      last.get(30, TimeUnit.SECONDS);
    }

    @Override
    public void shutdown() {
      throw new IllegalStateException("Lifecycle operations are disabled");
    }

    @Override
    public List<Runnable> shutdownNow() {
      throw new IllegalStateException("Lifecycle operations are disabled");
    }

    @Override
    public boolean isShutdown() {
      throw new IllegalStateException("Lifecycle operations are disabled");
    }

    @Override
    public boolean isTerminated() {
      throw new IllegalStateException("Lifecycle operations are disabled");
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) {
      throw new IllegalStateException("Lifecycle operations are disabled");
    }
  }
}
