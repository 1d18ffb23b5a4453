// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it.contract;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.afterspan.BackgroundDispatcher;
import io.github.afterspan.BackgroundWorkers;
import io.github.afterspan.DispatchRejectedException;
import io.github.afterspan.DispatchedTask;
import io.github.afterspan.StartMode;
import io.github.afterspan.TaskState;
import io.github.afterspan.WorkerOptions;
import io.github.afterspan.it.Application;
import io.github.afterspan.it.HttpConnection;
import io.github.afterspan.servlet.BackgroundDispatchFilter;
import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** What becomes of tasks when the application goes. */
abstract class UndeployScenarios extends Scenarios {

  @Test
  void finishesAcceptedTasksBeforeTheContextIsDestroyed_whenUndeployed() throws Exception {
    CountDownLatch running = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    AtomicReference<BackgroundDispatcher> kept = new AtomicReference<>();
    int port =
        start(
            WorkerOptions.builder().concurrency(1).build(),
            new Application()
                .listener(new DestroyListener())
                .servlet(
                    "/one",
                    handler(
                        "handler",
                        (request, response) -> {
                          BackgroundDispatcher background =
                              BackgroundDispatchFilter.dispatcher(request);
                          kept.set(background);
                          track(
                              "running",
                              background.dispatch(
                                  "running",
                                  () -> {
                                    running.countDown();
                                    await(release);
                                    body("running").run();
                                  }));
                          dispatch(request, "queued", StartMode.IMMEDIATELY);
                          dispatch(request, "after", StartMode.AFTER_RESPONSE);
                        })));
    assertThat(connect(port).get("/one").status()).isEqualTo(200);
    await(running);

    CompletableFuture<Void> undeployed = undeployElsewhere();
    awaitDrain(requireNonNull(kept.get(), "dispatcher"));
    assertThat(undeployed).isNotDone();
    release.countDown();
    undeployed.get(PATIENCE_SECONDS, TimeUnit.SECONDS);

    assertThat(steps).containsExactly("running", "queued", "after", "context destroyed");
    for (String name : new String[] {"running", "queued", "after"}) {
      assertThat(outcome(name)).isEqualTo(TaskState.SUCCEEDED);
      assertThat(receiver.awaitSpan(name).status()).isEqualTo("UNSET");
    }
    assertNothingFailed();
  }

  @Test
  void refusesTasks_whenARequestIsStillThereAtUndeploy() throws Exception {
    AtomicReference<BackgroundDispatcher> kept = new AtomicReference<>();
    CountDownLatch release = new CountDownLatch(1);
    BackgroundWorkers workers = workers(WorkerOptions.defaults());
    int port =
        container.start(
            new Application()
                .filter(new BackgroundDispatchFilter(workers))
                .servlet(
                    "/one",
                    (request, response) -> {
                      BackgroundDispatcher background =
                          BackgroundDispatchFilter.dispatcher(request);
                      kept.set(background);
                      background.dispatch("blocker", () -> await(release));
                    }));
    assertThat(connect(port).get("/one").status()).isEqualTo(200);

    CompletableFuture<Void> undeployed = undeployElsewhere();
    BackgroundDispatcher dispatcher = requireNonNull(kept.get(), "dispatcher");
    awaitDrain(dispatcher);
    release.countDown();
    undeployed.get(PATIENCE_SECONDS, TimeUnit.SECONDS);

    assertThatThrownBy(() -> dispatcher.dispatch("later", () -> {}))
        .isInstanceOfSatisfying(
            DispatchRejectedException.class,
            e -> assertThat(e.reason()).isEqualTo(DispatchRejectedException.Reason.CLOSED));
  }

  @Test
  void letsWaitingTasksGo_whenTheirRequestIsStillHandledAtUndeploy() throws Exception {
    CountDownLatch handling = new CountDownLatch(1);
    CountDownLatch over = new CountDownLatch(1);
    int port =
        start(
            WorkerOptions.defaults(),
            new Application()
                .servlet(
                    "/one",
                    handler(
                        "handler",
                        (request, response) -> {
                          DispatchedTask task =
                              dispatch(request, "after", StartMode.AFTER_RESPONSE);
                          task.completion().whenComplete((nothing, failed) -> over.countDown());
                          dispatch(request, "if all is well", StartMode.AFTER_SUCCESSFUL_RESPONSE);
                          handling.countDown();
                          if (isDrainedWithin(Duration.ofSeconds(1), request)) {
                            await(over); // nobody but the drain lets it go
                          } // else it is Tomcat, which waits for the handler
                        })));
    HttpConnection connection = connect(port);
    connection.send("GET", "/one", Map.of(), "");
    await(handling);

    undeployElsewhere().get(PATIENCE_SECONDS, TimeUnit.SECONDS);

    assertThat(outcome("after")).isEqualTo(TaskState.SUCCEEDED);
    assertThat(runs("after")).isEqualTo(1);
    boolean responded = outcome("if all is well") == TaskState.SUCCEEDED;
    assertThat(outcome("if all is well"))
        .isEqualTo(responded ? TaskState.SUCCEEDED : TaskState.SKIPPED);
    assertThat(runs("if all is well")).isEqualTo(responded ? 1 : 0);
  }

  @Test
  void leavesNoThread_whenTasksRanTimedOutAndWereAbandoned() throws Exception {
    CountDownLatch running = new CountDownLatch(1);
    int port =
        start(
            WorkerOptions.builder()
                .name("undeployed")
                .concurrency(1)
                .drainTimeout(Duration.ofMillis(200))
                .build(),
            new Application()
                .servlet(
                    "/one",
                    handler(
                        "handler",
                        (request, response) -> {
                          BackgroundDispatcher background =
                              BackgroundDispatchFilter.dispatcher(request);
                          track(
                              "interrupted",
                              background.dispatch(
                                  "interrupted",
                                  () -> {
                                    running.countDown();
                                    new CountDownLatch(1).await();
                                  }));
                          dispatch(request, "queued", StartMode.IMMEDIATELY);
                        })));
    assertThat(connect(port).get("/one").status()).isEqualTo(200);
    await(running);
    assertThat(threadsOf("undeployed")).isNotEmpty();

    container.undeploy();

    assertThat(outcome("interrupted")).isEqualTo(TaskState.CANCELLED);
    assertThat(outcome("queued")).isEqualTo(TaskState.ABANDONED);
    assertThat(runs("queued")).isZero();
    assertThat(receiver.awaitSpan("interrupted").status()).isEqualTo("ERROR");
    Awaitility.await().untilAsserted(() -> assertThat(threadsOf("undeployed")).isEmpty());
    assertNothingFailed();
  }

  @Test
  void takesInitParams_whenTheContainerMakesTheFilter() throws Exception {
    int port =
        container.start(
            new Application()
                .backgroundFilter(Map.of("name", "fromParams", "concurrency", "2"))
                .servlet(
                    "/one",
                    handler(
                        "handler",
                        (request, response) -> dispatch(request, "one", StartMode.IMMEDIATELY))));

    assertThat(connect(port).get("/one").status()).isEqualTo(200);

    assertThat(outcome("one")).isEqualTo(TaskState.SUCCEEDED);
    assertThat(threadsOf("fromParams")).isNotEmpty();
    container.undeploy();
    Awaitility.await().untilAsserted(() -> assertThat(threadsOf("fromParams")).isEmpty());
    assertNothingFailed();
  }

  private static boolean isDrainedWithin(Duration patience, HttpServletRequest request) {
    long start = System.nanoTime();
    while (System.nanoTime() - start < patience.toNanos()) {
      try {
        BackgroundDispatchFilter.dispatcher(request).dispatch("too early", () -> {});
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
      } catch (DispatchRejectedException e) {
        return true;
      }
    }
    return false;
  }

  /** Waits until dispatches are refused because of the drain, which has not ended yet. */
  private static void awaitDrain(BackgroundDispatcher dispatcher) {
    Awaitility.await()
        .until(
            () -> {
              try {
                dispatcher.dispatch("too early", () -> {});
                return false;
              } catch (DispatchRejectedException e) {
                assertThat(e.reason()).isEqualTo(DispatchRejectedException.Reason.DRAINING);
                return true;
              }
            });
  }

  private CompletableFuture<Void> undeployElsewhere() {
    return CompletableFuture.runAsync(
        () -> {
          try {
            container.undeploy();
          } catch (Exception e) {
            throw new IllegalStateException(e);
          }
        });
  }

  private static java.util.List<String> threadsOf(String workers) {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(name -> name.contains(workers))
        .toList();
  }

  private final class DestroyListener implements ServletContextListener {
    @Override
    public void contextDestroyed(ServletContextEvent event) {
      steps.add("context destroyed");
    }
  }
}
