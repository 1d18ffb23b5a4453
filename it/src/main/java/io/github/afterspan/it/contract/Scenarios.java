// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it.contract;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.afterspan.BackgroundDispatcher;
import io.github.afterspan.BackgroundTask;
import io.github.afterspan.BackgroundWorkers;
import io.github.afterspan.DispatchedTask;
import io.github.afterspan.StartMode;
import io.github.afterspan.TaskOptions;
import io.github.afterspan.TaskState;
import io.github.afterspan.WorkerOptions;
import io.github.afterspan.it.Application;
import io.github.afterspan.it.Container;
import io.github.afterspan.it.Handler;
import io.github.afterspan.it.HttpConnection;
import io.github.afterspan.it.OtlpReceiver;
import io.github.afterspan.it.ReceivedSpan;
import io.github.afterspan.it.Telemetry;
import io.github.afterspan.servlet.BackgroundDispatchFilter;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;

/** A container with our filter, and a record of every task that was dispatched in it. */
abstract class Scenarios {

  static final long PATIENCE_SECONDS = 20;

  final OtlpReceiver receiver = OtlpReceiver.start();
  final Telemetry telemetry = Telemetry.exportingTo(receiver);
  final Container container = newContainer();
  final AtomicReference<Throwable> failure = new AtomicReference<>();
  private final Map<String, AtomicInteger> runs = new ConcurrentHashMap<>();
  private final Map<String, DispatchedTask> tasks = new ConcurrentHashMap<>();
  private final List<AutoCloseable> closeables = new ArrayList<>();
  final ConcurrentLinkedQueue<String> steps = new ConcurrentLinkedQueue<>();

  abstract Container newContainer();

  @AfterEach
  void closeAll() throws Exception {
    for (AutoCloseable closeable : closeables) {
      closeable.close();
    }
    container.close();
    telemetry.close();
    receiver.close();
    Telemetry.assertNoScopeLeft();
  }

  /** The init-params of our filter. */
  Map<String, String> filterParameters() {
    return Map.of();
  }

  /** Starts the container with our filter, behind one that opens a span named "server". */
  final int start(Application application) throws Exception {
    return start(WorkerOptions.defaults(), application);
  }

  final int start(WorkerOptions options, Application application) throws Exception {
    return container.start(
        new Application()
            .filter(new ServerSpanFilter(telemetry.tracer()))
            .filter(new BackgroundDispatchFilter(workers(options)), filterParameters())
            .with(application));
  }

  final int start(WorkerOptions options, EnumSet<DispatcherType> mappedTo, Application application)
      throws Exception {
    return container.start(
        new Application()
            .filter(new ServerSpanFilter(telemetry.tracer()))
            .filter(new BackgroundDispatchFilter(workers(options)), mappedTo)
            .with(application));
  }

  final BackgroundWorkers workers(WorkerOptions options) {
    return BackgroundWorkers.create(telemetry.openTelemetry(), options);
  }

  /** Closes something at the end of the test. */
  final <T extends AutoCloseable> T closing(T closeable) {
    closeables.add(closeable);
    return closeable;
  }

  final HttpConnection connect(int port) throws IOException {
    return closing(HttpConnection.open(port));
  }

  /** Runs a handler in a span of its own, and reports what it threw to the test. */
  final Handler handler(String span, Handler handler) {
    return telemetry.inSpan(
        span,
        (request, response) -> {
          try {
            handler.handle(request, response);
          } catch (Expected e) {
            throw e;
          } catch (Throwable e) {
            failure.compareAndSet(null, e);
            throw e;
          }
        });
  }

  /** What a handler throws on purpose. */
  static final class Expected extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Expected() {
      super("on purpose");
    }
  }

  /** Dispatches a task that awaits the response, and shows that it does. */
  final void dispatchAfter(HttpServletRequest request, String name) throws Exception {
    dispatch(request, name, StartMode.AFTER_RESPONSE);
    assertWaiting(request, name);
  }

  final DispatchedTask dispatch(HttpServletRequest request, String name, StartMode mode) {
    DispatchedTask task =
        BackgroundDispatchFilter.dispatcher(request)
            .dispatch(TaskOptions.named(name).startMode(mode), body(name));
    track(name, task);
    return task;
  }

  final void track(String name, DispatchedTask task) {
    assertThat(tasks.put(name, task)).as("task names are used once in a test").isNull();
  }

  final BackgroundTask body(String name) {
    AtomicInteger count = runs.computeIfAbsent(name, key -> new AtomicInteger());
    return () -> {
      count.incrementAndGet();
      steps.add(name);
    };
  }

  /** Lets a task that starts immediately overtake a task that awaits the response. */
  final void assertWaiting(HttpServletRequest request, String name) throws Exception {
    assertWaiting(BackgroundDispatchFilter.dispatcher(request), name);
  }

  final void assertWaiting(BackgroundDispatcher background, String name) throws Exception {
    join(background.dispatch("overtaking", () -> {}));
    assertThat(task(name).state()).isEqualTo(TaskState.AWAITING_RESPONSE);
  }

  /** Waits until a task has its outcome. */
  final TaskState outcome(String name) throws Exception {
    DispatchedTask task = task(name);
    join(task);
    return task.state();
  }

  private DispatchedTask task(String name) {
    return requireNonNull(tasks.get(name), () -> "\"" + name + "\" was not dispatched");
  }

  private static void join(DispatchedTask task) throws Exception {
    CountDownLatch done = new CountDownLatch(1);
    task.completion().whenComplete((nothing, failed) -> done.countDown());
    await(done);
  }

  /** Checks that tasks ran, and after everything has come to its end still ran once only. */
  final void assertRanOnce(String... names) throws Exception {
    assertNothingFailed();
    for (String name : names) {
      assertThat(outcome(name)).as(name).isEqualTo(TaskState.SUCCEEDED);
      receiver.awaitSpan(name);
    }
    container.undeploy();
    for (String name : names) {
      assertThat(runs(name)).as("runs of " + name).isEqualTo(1);
      assertThat(receiver.spans(name)).hasSize(1);
    }
    assertNothingFailed();
  }

  final void assertChild(String parentName, String name) {
    ReceivedSpan parent = receiver.awaitSpan(parentName);
    ReceivedSpan span = receiver.awaitSpan(name);
    assertThat(span.traceId()).isEqualTo(parent.traceId());
    assertThat(span.parentSpanId())
        .as(name + " is a child of " + parentName)
        .isEqualTo(parent.spanId());
  }

  final int runs(String name) {
    return runs.getOrDefault(name, new AtomicInteger()).get();
  }

  final void assertNothingFailed() {
    Throwable failed = failure.get();
    if (failed != null) {
      throw new AssertionError("a handler failed: " + failed, failed);
    }
  }

  static void await(CountDownLatch latch) throws InterruptedException {
    assertThat(latch.await(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
  }
}
