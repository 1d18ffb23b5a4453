// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan;

import static io.github.afterspan.Outcomes.outcome;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.extension.RegisterExtension;

@Timeout(60)
class VirtualThreadsTest {

  @RegisterExtension final Engine engine = new Engine();

  @Test
  @EnabledForJreRange(max = JRE.JAVA_20)
  void areRefusedWithReason_whenJavaHasNone() {
    assertThatThrownBy(this::virtual)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("threads=virtual needs Java 21 or newer, this is " + Runtime.version());
    assertThat(Thread.getAllStackTraces().keySet())
        .extracting(Thread::getName)
        .noneMatch(name -> name.startsWith("afterspan-virtual-"));
  }

  @Test
  @EnabledForJreRange(min = JRE.JAVA_21)
  void runEachTaskOnThreadOfItsOwn() throws Exception {
    BackgroundWorkers workers = virtual();
    Set<Thread> threads = ConcurrentHashMap.newKeySet();
    for (int i = 0; i < 10; i++) {
      DispatchedTask task =
          workers.dispatcher().dispatch("task", () -> threads.add(Thread.currentThread()));
      assertThat(outcome(task)).isEqualTo(TaskState.SUCCEEDED);
    }
    assertThat(threads).hasSize(10);
    assertThat(threads)
        .allSatisfy(
            thread -> {
              assertThat(thread.getClass().getName()).contains("VirtualThread");
              assertThat(thread.getName()).startsWith("afterspan-virtual-");
              assertThat(thread.getContextClassLoader())
                  .isSameAs(Thread.currentThread().getContextClassLoader());
            });
  }

  @Test
  @EnabledForJreRange(min = JRE.JAVA_21)
  void areBoundedByConcurrency() throws Exception {
    BackgroundWorkers workers = virtual();
    AtomicInteger now = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    List<DispatchedTask> tasks = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
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
    assertThat(most).hasValueBetween(2, 4);
  }

  @Test
  @EnabledForJreRange(min = JRE.JAVA_21)
  void timeOut_fail_andDrain() throws Exception {
    BackgroundWorkers workers = virtual();
    BackgroundDispatcher dispatcher = workers.dispatcher();
    TaskOptions slow = TaskOptions.named("slow").timeout(Duration.ofMillis(100));
    BlockingTask body = engine.blocking();
    assertThat(outcome(dispatcher.dispatch(slow, body))).isEqualTo(TaskState.TIMED_OUT);
    body.awaitInterrupted();
    AtomicReference<Boolean> interrupted = new AtomicReference<>();
    DispatchedTask next =
        dispatcher.dispatch(
            "next",
            () -> {
              interrupted.set(Thread.currentThread().isInterrupted());
              throw new IllegalStateException("no");
            });
    assertThat(outcome(next)).isEqualTo(TaskState.FAILED);
    assertThat(interrupted.get()).isFalse();
    BlockingTask stuck = engine.blocking();
    DispatchedTask running = dispatcher.dispatch("running", stuck);
    stuck.awaitStarted();
    workers.drain(Duration.ZERO).join();
    assertThat(running.state()).isEqualTo(TaskState.CANCELLED);
    await().until(() -> workers.status().running() == 0);
  }

  private BackgroundWorkers virtual() {
    return engine.workers(
        o -> o.name("virtual").threads(WorkerOptions.Threads.VIRTUAL).concurrency(4));
  }
}
