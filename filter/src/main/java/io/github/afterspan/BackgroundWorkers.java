// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan;

import static java.util.Objects.requireNonNull;

import io.opentelemetry.api.OpenTelemetry;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The threads, the queue and the telemetry behind {@link BackgroundDispatcher}: what the owner
 * creates, watches, drains and closes. Request code sees only the dispatcher.
 *
 * <pre>{@code
 * try (BackgroundWorkers workers = BackgroundWorkers.create(openTelemetry, WorkerOptions.defaults())) {
 *   workers.dispatcher().dispatch("warmUpCache", cache::load);
 * } // drained here
 * }</pre>
 *
 * <p>At the limits:
 *
 * <ul>
 *   <li><b>full</b>: at most {@code concurrency + queueCapacity} tasks are accepted and unfinished;
 *       the next dispatch throws {@link DispatchRejectedException};
 *   <li><b>slow</b>: at its timeout a task is {@link TaskState#TIMED_OUT}, its span ends, and its
 *       thread is interrupted. The thread's place stays taken until it is really back; one that
 *       takes longer than a second counts as stuck, and its stack is logged once;
 *   <li><b>failing</b>: what a body throws is recorded on its span, logged once and counted, and
 *       touches no other task. A {@link VirtualMachineError} ends its thread as well; the next task
 *       gets a new one;
 *   <li><b>closing</b>: see {@link #drain(Duration)}.
 * </ul>
 *
 * <p>The threads are daemons: a program whose main method returns should close its workers first.
 *
 * <p>Safe for use by several threads. Closed by whoever created it.
 */
public final class BackgroundWorkers implements AutoCloseable {

  static final String INSTRUMENTATION_SCOPE = "io.github.afterspan";

  final WorkerOptions options;
  final Capacity capacity;
  final TaskLog log;
  final TaskSpans spans;
  final TaskProfiles profiles;
  final Watchdog watchdog;
  final StuckThreads stuckThreads;
  final WorkerPool pool;
  final TaskMetrics metrics;
  final CaptureCheck captureCheck;
  final Predicate<Duration> flush;

  /** Held while a running task is stopped from outside; see {@link WorkerTask}. */
  final Lock interruptLock = new ReentrantLock();

  final Intake intake = new Intake(this);
  final Reports reports;

  private final @Nullable ClassLoader loader = Thread.currentThread().getContextClassLoader();
  private final CompletableFuture<Status> drained = new CompletableFuture<>();
  private final StatusBean statusBean;
  private final Object drainLock = new Object();
  private volatile @Nullable Thread drainer; // written under drainLock

  /** Makes workers that run tasks; their deadlines are watched once they are {@link #start()}ed. */
  BackgroundWorkers(OpenTelemetry openTelemetry, WorkerOptions options, WorkerThreads threads) {
    this.options = options;
    capacity = new Capacity(options.concurrency() + options.queueCapacity());
    log = new TaskLog(options.name());
    spans = new TaskSpans(openTelemetry.getTracer(INSTRUMENTATION_SCOPE), options.spanAttributes());
    profiles = new TaskProfiles(this);
    watchdog = new Watchdog(this);
    stuckThreads = new StuckThreads(log);
    pool = new WorkerPool(this, threads, loader);
    reports = new Reports(options.name(), loader);
    metrics = new TaskMetrics(openTelemetry.getMeter(INSTRUMENTATION_SCOPE), this);
    captureCheck = new CaptureCheck(options.captureCheck(), log);
    flush = options.flush() != null ? options.flush() : new SdkFlush(openTelemetry);
    statusBean = new StatusBean(this);
  }

  private BackgroundWorkers start() {
    statusBean.register();
    watchdog.start(loader);
    return this;
  }

  /**
   * Creates workers with threads of their own. Tasks get the context class loader of the thread
   * that calls this; in a container, that of the application.
   *
   * @param openTelemetry where spans and metrics go
   * @param options the settings
   * @return new workers, to be closed by the caller
   * @throws NullPointerException if an argument is null
   * @throws IllegalArgumentException if virtual threads are asked for and this Java has none
   */
  public static BackgroundWorkers create(OpenTelemetry openTelemetry, WorkerOptions options) {
    requireNonNull(openTelemetry, "openTelemetry");
    requireNonNull(options, "options");
    WorkerThreads threads =
        options.threads() == WorkerOptions.Threads.VIRTUAL
            ? WorkerThreads.virtual(options.name())
            : WorkerThreads.platform(
                options.name(), Thread.currentThread().getContextClassLoader());
    return new BackgroundWorkers(openTelemetry, options, threads).start();
  }

  /**
   * Creates workers that run their tasks on somebody else's executor, a container's {@code
   * ManagedExecutorService} for one. {@link Executor#execute} is all that is ever called. The
   * concurrency and the queue capacity of the options hold all the same, and {@link
   * WorkerOptions#threads()} is ignored.
   *
   * <p>A worker runs what is queued, one task after the other, and then gives its thread back. When
   * the executor refuses a worker, the queued tasks are left to the workers that run; if there is
   * none, the dispatch is rejected. An executor that runs a worker on the thread that calls {@link
   * Executor#execute}, as {@link java.util.concurrent.ThreadPoolExecutor.CallerRunsPolicy} does
   * when it is full, makes that thread a worker: {@code dispatch} returns when the queue is empty,
   * and has run other people's tasks by then. Let it reject instead; the queue is here.
   *
   * @param openTelemetry where spans and metrics go
   * @param options the settings
   * @param executor runs the workers; neither closed nor shut down by this
   * @return new workers, to be closed by the caller
   * @throws NullPointerException if an argument is null
   */
  public static BackgroundWorkers create(
      OpenTelemetry openTelemetry, WorkerOptions options, Executor executor) {
    requireNonNull(openTelemetry, "openTelemetry");
    requireNonNull(options, "options");
    requireNonNull(executor, "executor");
    return new BackgroundWorkers(openTelemetry, options, WorkerThreads.of(executor)).start();
  }

  /**
   * Creates workers for unit tests: {@code dispatch} runs the task on the calling thread and
   * returns when it is over, with the same spans, metrics, timeouts and outcomes as elsewhere.
   *
   * <pre>{@code
   * try (BackgroundWorkers workers = BackgroundWorkers.onCallingThread(openTelemetry)) {
   *   new OrderService(workers.dispatcher()).place(order);
   *   assertThat(mailer.sent()).hasSize(1);
   * }
   * }</pre>
   *
   * <p>A task that is dispatched by a task runs inside it. What a body throws does not reach the
   * caller of {@code dispatch}, as it would not elsewhere; ask the {@link DispatchedTask}.
   *
   * @param openTelemetry where spans and metrics go
   * @return new workers with the default options, but for a concurrency that no test exceeds; to be
   *     closed by the caller
   * @throws NullPointerException if the argument is null
   */
  public static BackgroundWorkers onCallingThread(OpenTelemetry openTelemetry) {
    return onCallingThread(
        openTelemetry, WorkerOptions.builder().name("calling-thread").concurrency(100_000).build());
  }

  /**
   * Creates workers whose tasks run on the thread that dispatches them: for those who have threads
   * already, a scheduler's for one, and want the spans, metrics, timeouts and outcomes of a task.
   * {@code dispatch} returns when the body is back, so a stuck body keeps its caller. Nothing
   * waits, so {@code concurrency + queueCapacity} tasks may run at once; for no more than the
   * concurrency set the queue capacity to zero.
   *
   * @param openTelemetry where spans and metrics go
   * @param options the settings; {@link WorkerOptions#threads()} is ignored
   * @return new workers, to be closed by the caller
   * @throws NullPointerException if an argument is null
   */
  public static BackgroundWorkers onCallingThread(
      OpenTelemetry openTelemetry, WorkerOptions options) {
    requireNonNull(openTelemetry, "openTelemetry");
    requireNonNull(options, "options");
    return new BackgroundWorkers(openTelemetry, options, WorkerThreads.calling()).start();
  }

  /**
   * Returns a dispatcher that belongs to no exchange, for start-up code and schedulers: every task
   * starts immediately, whatever its {@link StartMode}.
   *
   * @return the dispatcher
   */
  public BackgroundDispatcher dispatcher() {
    return new WorkersDispatcher(this, null);
  }

  /**
   * Returns a dispatcher for one exchange; for those who connect Afterspan to a server. What is
   * current now counts for tasks that are dispatched where nothing is current.
   *
   * @param response completes when the response is over: with whether it was successful, or with
   *     the exception that left the handler. Tasks that await it are handed to the workers by the
   *     thread that completes it
   * @return the dispatcher
   * @throws NullPointerException if the argument is null
   */
  public BackgroundDispatcher dispatcher(CompletionStage<Boolean> response) {
    return new WorkersDispatcher(this, requireNonNull(response, "response"));
  }

  /**
   * Starts the drain, once: new tasks are refused; tasks that await a response are let go ({@link
   * StartMode#AFTER_SUCCESSFUL_RESPONSE} ones are skipped); accepted tasks have the given time to
   * finish. What has not started by then is {@linkplain TaskState#ABANDONED abandoned}; what runs
   * is interrupted, has another second, and is abandoned too if it does not give way, with its
   * stack in the log. Then telemetry is {@linkplain WorkerOptions#flush() flushed}, for at most
   * five seconds, and the threads end.
   *
   * @param timeout how long accepted tasks may take to finish; zero stops them at once. A later
   *     call changes nothing
   * @return completes when all this is over, with the last numbers; the same for every caller
   * @throws NullPointerException if the timeout is null
   * @throws IllegalArgumentException if the timeout is negative
   */
  public CompletableFuture<Status> drain(Duration timeout) {
    Durations.requireNotNegative("timeout", timeout);
    synchronized (drainLock) {
      if (drainer == null) {
        drainer = startThread("drain", new Drain(this, timeout, drained));
      }
    }
    return drained.copy();
  }

  /**
   * Returns the numbers of this moment.
   *
   * @return the status; its parts are read one after the other, so they may be a task apart while
   *     tasks come and go
   */
  public Status status() {
    return new Status(
        options.name(),
        running(),
        options.concurrency(),
        waiting(),
        options.queueCapacity(),
        stuckThreads.count(),
        profiles.total(TaskState.SUCCEEDED),
        profiles.total(TaskState.FAILED),
        profiles.total(TaskState.TIMED_OUT),
        profiles.total(TaskState.CANCELLED),
        profiles.total(TaskState.SKIPPED),
        profiles.total(TaskState.ABANDONED),
        profiles.totalRejected());
  }

  /**
   * Drains with the {@linkplain WorkerOptions#drainTimeout() drain timeout} and waits until that is
   * over, which takes at most that and eight seconds. Closing again waits for the same drain.
   *
   * <p>Not to be called by a task of these workers: the drain waits for that task, which waits for
   * the drain. It takes the whole drain timeout and the second of the grace, and as long as a
   * thread is given to end; then the task is {@linkplain TaskState#ABANDONED abandoned}, and this
   * returns. A task may call {@link #drain(Duration)}.
   */
  @Override
  public void close() {
    drain(options.drainTimeout()).join();
    try {
      Drain.join(drainer); // or a container may find it on its last steps, and call it leaked
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public String toString() {
    return "BackgroundWorkers{name=" + options.name() + "}";
  }

  /**
   * Tasks that run. An active worker may also be one that is about to look for a task, or that sits
   * in somebody else's executor and will find none; it must not pass for a task.
   */
  int running() {
    return Math.min(pool.active(), capacity.accepted());
  }

  /** Tasks that are accepted and do not run. */
  int waiting() {
    return Math.max(0, capacity.accepted() - pool.active());
  }

  Thread startThread(String role, Runnable body) {
    return WorkerThreads.start(body, "afterspan-" + options.name() + "-" + role, loader);
  }

  void closeTelemetry() {
    statusBean.unregister();
    try {
      metrics.close();
    } catch (Exception e) {
      log.warn("the metrics could not be closed", e);
    }
  }

  /**
   * The numbers of one set of workers at one moment.
   *
   * @param name the workers' name
   * @param running tasks whose body runs, or whose thread is not back yet
   * @param concurrency the most that run at once
   * @param waiting tasks that are accepted and have not started, those included that await a
   *     response
   * @param queueCapacity the most that wait once {@code concurrency} run
   * @param stuck threads that ignore their interrupt
   * @param succeeded tasks that succeeded
   * @param failed tasks that failed
   * @param timedOut tasks that timed out, running or waiting
   * @param cancelled tasks that were cancelled
   * @param skipped tasks that were skipped
   * @param abandoned tasks that were abandoned
   * @param rejected dispatches that were rejected
   */
  public record Status(
      String name,
      int running,
      int concurrency,
      int waiting,
      int queueCapacity,
      int stuck,
      long succeeded,
      long failed,
      long timedOut,
      long cancelled,
      long skipped,
      long abandoned,
      long rejected) {}

  /**
   * The numbers of {@link Status} for JMX, as {@code io.github.afterspan:type=BackgroundWorkers}.
   */
  public interface StatusMXBean {
    /** Returns the workers' name. */
    String getName();

    /** Returns how many tasks run. */
    int getRunning();

    /** Returns the most tasks that run at once. */
    int getConcurrency();

    /** Returns how many tasks wait. */
    int getWaiting();

    /** Returns the most tasks that wait. */
    int getQueueCapacity();

    /** Returns how many threads ignore their interrupt. */
    int getStuck();

    /** Returns whether the drain has begun. */
    boolean isDraining();

    /** Returns how many tasks succeeded. */
    long getSucceeded();

    /** Returns how many tasks failed. */
    long getFailed();

    /** Returns how many tasks timed out. */
    long getTimedOut();

    /** Returns how many tasks were cancelled. */
    long getCancelled();

    /** Returns how many tasks were skipped. */
    long getSkipped();

    /** Returns how many tasks were abandoned. */
    long getAbandoned();

    /** Returns how many dispatches were rejected. */
    long getRejected();
  }
}
