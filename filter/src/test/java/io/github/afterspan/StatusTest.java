// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan;

import static io.github.afterspan.Outcomes.outcome;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.afterspan.BackgroundWorkers.Status;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.management.JMX;
import javax.management.MBeanAttributeInfo;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The numbers of {@link BackgroundWorkers#status()}, and the same in JMX. */
@Timeout(60)
class StatusTest {

  private static final MBeanServer SERVER = ManagementFactory.getPlatformMBeanServer();

  @RegisterExtension final Engine engine = new Engine();

  @Test
  void isAllZero_atFirst() {
    BackgroundWorkers workers = engine.workers(o -> o.concurrency(3).queueCapacity(5));
    assertThat(workers.status())
        .isEqualTo(new Status(workers.options.name(), 0, 3, 0, 5, 0, 0, 0, 0, 0, 0, 0, 0));
  }

  @Test
  void tellsWhatRunsAndWaits_awaitingTasksIncluded() throws Exception {
    BackgroundWorkers workers = engine.workers(o -> o.concurrency(2));
    for (int i = 0; i < 2; i++) {
      BlockingTask busy = engine.blocking();
      workers.dispatcher().dispatch("busy", busy);
      busy.awaitStarted();
    }
    workers.dispatcher().dispatch("queued", () -> {});
    workers
        .dispatcher(new CompletableFuture<>())
        .dispatch(TaskOptions.named("awaiting").startMode(StartMode.AFTER_RESPONSE), () -> {});
    assertThat(workers.status().running()).isEqualTo(2);
    assertThat(workers.status().waiting()).isEqualTo(2);
  }

  @Test
  void countsOutcomes_andIsTheDrainsResult() throws Exception {
    BackgroundWorkers workers = engine.workers(o -> o.concurrency(1).queueCapacity(1));
    everyOutcome(workers);
    Status last = workers.drain(Duration.ofMillis(100)).get(30, TimeUnit.SECONDS);
    Status expected = new Status(workers.options.name(), 0, 1, 0, 1, 0, 1, 2, 1, 2, 1, 1, 1);
    assertThat(last).isEqualTo(expected);
    assertThat(workers.status()).isEqualTo(expected);
  }

  @Test
  void isInJmx_attributeByAttribute() throws Exception {
    BackgroundWorkers workers = engine.workers(o -> o.concurrency(1).queueCapacity(1));
    everyOutcome(workers);
    ObjectName name = name(workers);
    BackgroundWorkers.StatusMXBean bean =
        JMX.newMXBeanProxy(SERVER, name, BackgroundWorkers.StatusMXBean.class);
    assertThat(
            new Status(
                bean.getName(),
                bean.getRunning(),
                bean.getConcurrency(),
                bean.getWaiting(),
                bean.getQueueCapacity(),
                bean.getStuck(),
                bean.getSucceeded(),
                bean.getFailed(),
                bean.getTimedOut(),
                bean.getCancelled(),
                bean.getSkipped(),
                bean.getAbandoned(),
                bean.getRejected()))
        .isEqualTo(workers.status());
    TreeMap<String, String> attributes = new TreeMap<>();
    for (MBeanAttributeInfo attribute : SERVER.getMBeanInfo(name).getAttributes()) {
      attributes.put(attribute.getName(), attribute.getType());
    }
    assertThat(attributes)
        .hasSize(Status.class.getRecordComponents().length + 1)
        .containsEntry("Draining", "boolean")
        .containsEntry("Name", "java.lang.String")
        .containsEntry("Running", "int")
        .containsEntry("TimedOut", "long");
  }

  @Test
  void saysInJmx_thatTheDrainHasBegun() throws Exception {
    BackgroundWorkers workers = engine.workers(o -> o.concurrency(1));
    CountDownLatch release = new CountDownLatch(1);
    var unfinished = workers.dispatcher().dispatch("one", release::await);
    assertThat(SERVER.getAttribute(name(workers), "Draining")).isEqualTo(false);
    var drained = workers.drain(Duration.ofSeconds(30));
    Awaitility.await().until(() -> SERVER.getAttribute(name(workers), "Draining").equals(true));
    release.countDown();
    drained.get(30, TimeUnit.SECONDS);
    assertThat(unfinished.state()).isEqualTo(TaskState.SUCCEEDED);
  }

  @Test
  void leavesJmx_whenWorkersAreClosed() throws Exception {
    BackgroundWorkers workers = engine.workers();
    ObjectName name = name(workers);
    assertThat(SERVER.isRegistered(name)).isTrue();
    workers.close();
    assertThat(SERVER.isRegistered(name)).isFalse();
    workers.close();
    assertThat(engine.log().records("JMX")).isEmpty();
  }

  @Test
  void secondOfOneName_isAnotherInstance_andBothLeave() throws Exception {
    BackgroundWorkers first = engine.workers(o -> o.name("twins"));
    BackgroundWorkers second = engine.workers(o -> o.name("twins").concurrency(3));
    ObjectName other = new ObjectName(name(first) + ",instance=2");
    assertThat(SERVER.getAttribute(name(first), "Concurrency")).isEqualTo(8);
    assertThat(SERVER.getAttribute(other, "Concurrency")).isEqualTo(3);
    first.close();
    assertThat(SERVER.isRegistered(name(first))).isFalse();
    assertThat(SERVER.isRegistered(other)).isTrue();
    second.close();
    assertThat(SERVER.isRegistered(other)).isFalse();
    assertThat(engine.log().records("JMX")).isEmpty();
  }

  @Test
  void nameMayHoldAnything() throws Exception {
    BackgroundWorkers workers = engine.workers(o -> o.name("a=b,c:\"*?\n"));
    assertThat(SERVER.getAttribute(name(workers), "Name")).isEqualTo("a=b,c:\"*?\n");
  }

  /** One task of each outcome but abandoned, which the drain adds: two in the works, one queued. */
  private void everyOutcome(BackgroundWorkers workers) throws Exception {
    BackgroundDispatcher dispatcher = workers.dispatcher();
    assertThat(outcome(dispatcher.dispatch("task", () -> {}))).isEqualTo(TaskState.SUCCEEDED);
    for (int i = 0; i < 2; i++) {
      assertThat(outcome(dispatcher.dispatch("task", StatusTest::fail)))
          .isEqualTo(TaskState.FAILED);
    }
    TaskOptions slow = TaskOptions.named("task").timeout(Duration.ofMillis(50));
    assertThat(outcome(dispatcher.dispatch(slow, engine.blocking())))
        .isEqualTo(TaskState.TIMED_OUT);
    TaskOptions afterSuccess =
        TaskOptions.named("task").startMode(StartMode.AFTER_SUCCESSFUL_RESPONSE);
    workers.dispatcher(CompletableFuture.completedFuture(false)).dispatch(afterSuccess, () -> {});
    await().until(() -> workers.status().running() == 0);
    BlockingTask busy = engine.blocking();
    dispatcher.dispatch("busy", busy);
    busy.awaitStarted();
    assertThat(dispatcher.dispatch("task", () -> {}).cancel()).isTrue();
    dispatcher.dispatch("queued", () -> {});
    assertThatThrownBy(() -> dispatcher.dispatch("rejected", () -> {}))
        .isInstanceOf(DispatchRejectedException.class);
  }

  private static ObjectName name(BackgroundWorkers workers) throws Exception {
    return new ObjectName(
        "io.github.afterspan:type=BackgroundWorkers,name="
            + ObjectName.quote(workers.options.name()));
  }

  private static void fail() {
    throw new IllegalStateException("no");
  }
}
