// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan;

import io.github.afterspan.DispatchRejectedException.Reason;
import io.github.afterspan.SoakedTask.Behaviour;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.metrics.data.MetricData;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * One set of workers from creation to close, dispatched to by eight threads, with a drain at some
 * time. Keeps every dispatch, for {@link SoakVerdict} to judge.
 */
final class SoakRound {

  /** Where the workers get their threads from. */
  enum Kind {
    PLATFORM,
    VIRTUAL,
    EXECUTOR
  }

  static final AttributeKey<Long> ID = AttributeKey.longKey("soak.id");
  static final int DISPATCHERS = 8;

  final Kind kind;
  final SoakTelemetry telemetry = new SoakTelemetry();
  final Queue<SoakedTask> tasks = new ConcurrentLinkedQueue<>();
  final AtomicLong rejected = new AtomicLong();
  final AtomicLong strayInterrupts = new AtomicLong();
  final BackgroundWorkers workers;

  /** What the metrics say when every task is over; null if that never was. */
  volatile Collection<MetricData> metrics;

  /** The same moment's status. */
  volatile BackgroundWorkers.Status status;

  private final int size;
  private final long drainAt;
  private final AtomicLong ids = new AtomicLong();
  private final AtomicBoolean draining = new AtomicBoolean();
  private final CountDownLatch dispatched = new CountDownLatch(DISPATCHERS);
  private final ExecutorService foreign;
  private final Queue<Throwable> broken = new ConcurrentLinkedQueue<>();

  SoakRound(Kind kind, int size, SplittableRandom random) {
    this.kind = kind;
    this.size = size;
    this.drainAt = size / 4 + random.nextInt(size);
    WorkerOptions options =
        WorkerOptions.builder()
            .name("soak")
            .concurrency(1 + random.nextInt(12))
            .queueCapacity(random.nextInt(400))
            .threads(
                kind == Kind.VIRTUAL
                    ? WorkerOptions.Threads.VIRTUAL
                    : WorkerOptions.Threads.PLATFORM)
            .flush(this::collect)
            .build();
    foreign = kind == Kind.EXECUTOR ? Executors.newFixedThreadPool(6) : null;
    workers =
        foreign == null
            ? BackgroundWorkers.create(telemetry.openTelemetry(), options)
            : BackgroundWorkers.create(telemetry.openTelemetry(), options, unreliable(foreign));
  }

  private static Executor unreliable(Executor executor) {
    return worker -> {
      if (ThreadLocalRandom.current().nextInt(50) == 0) {
        throw new RejectedExecutionException("saturated, for once");
      }
      executor.execute(worker);
    };
  }

  void run(SplittableRandom random) throws InterruptedException {
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < DISPATCHERS; i++) {
      SplittableRandom own = random.split();
      Thread thread = new Thread(() -> dispatchAll(own), "dispatcher-" + i);
      thread.start();
      threads.add(thread);
    }
    for (Thread thread : threads) {
      thread.join();
    }
    Thread closesToo = new Thread(workers::close, "closes-too");
    closesToo.start();
    workers.close();
    closesToo.join();
    if (foreign != null) {
      foreign.shutdown();
      if (!foreign.awaitTermination(30, TimeUnit.SECONDS)) {
        broken.add(new AssertionError("the executor's threads are still busy"));
      }
    }
  }

  /** What went wrong outside the tasks. */
  Collection<Throwable> broken() {
    return broken;
  }

  long dispatches() {
    return ids.get();
  }

  private void dispatchAll(SplittableRandom random) {
    try {
      List<SoakedTask> mine = new ArrayList<>();
      for (int left = size / DISPATCHERS; left > 0 && !workers.capacity.isDraining(); ) {
        left -= exchange(random, mine);
        if (random.nextInt(4) == 0) {
          cancelOne(random, mine);
        }
        drainInTime(random);
      }
      exchange(random, mine); // which is refused, or let go by the drain
    } catch (RuntimeException | Error e) {
      broken.add(e);
    } finally {
      dispatched.countDown();
    }
  }

  /** A few dispatches behind one response, or behind none. */
  private int exchange(SplittableRandom random, List<SoakedTask> mine) {
    int count = 1 + random.nextInt(6);
    CompletableFuture<Boolean> response = new CompletableFuture<>();
    SpanContext request = random.nextInt(4) == 0 ? SpanContext.getInvalid() : anySpan(random);
    BackgroundDispatcher dispatcher;
    try (Scope ignored = Span.wrap(request).makeCurrent()) {
      dispatcher = random.nextInt(3) == 0 ? workers.dispatcher() : workers.dispatcher(response);
    }
    for (int i = 0; i < count; i++) {
      SpanContext current = random.nextBoolean() ? SpanContext.getInvalid() : anySpan(random);
      try (Scope ignored = Span.wrap(current).makeCurrent()) {
        SoakedTask task = dispatch(dispatcher, current.isValid() ? current : request, random);
        if (task != null) {
          mine.add(task);
        }
      }
    }
    switch (random.nextInt(40)) {
      case 0 -> {} // never answered: the drain lets go
      case 1, 2, 3 -> response.completeExceptionally(new IllegalStateException("the handler"));
      case 4, 5, 6 -> response.complete(false);
      default -> response.complete(true);
    }
    return count;
  }

  private void cancelOne(SplittableRandom random, List<SoakedTask> mine) {
    if (!mine.isEmpty()) {
      mine.get(mine.size() - 1 - random.nextInt(Math.min(20, mine.size()))).handle.cancel();
    }
  }

  private void drainInTime(SplittableRandom random) {
    if (ids.get() >= drainAt && draining.compareAndSet(false, true)) {
      Duration timeout = Duration.ofMillis(List.of(0, 5, 100, 3_000).get(random.nextInt(4)));
      CompletableFuture<BackgroundWorkers.Status> drained = workers.drain(timeout);
      if (drained.isCancelled()) {
        broken.add(new AssertionError("nobody cancels a drain"));
      }
    }
  }

  /**
   * Dispatches from within a task, or on its last steps; may also be the one to start the drain.
   */
  void dispatchNested() {
    SplittableRandom random = new SplittableRandom(ThreadLocalRandom.current().nextLong());
    dispatch(workers.dispatcher(), Span.current().getSpanContext(), random);
    drainInTime(random);
  }

  private SoakedTask dispatch(
      BackgroundDispatcher dispatcher, SpanContext origin, SplittableRandom random) {
    TraceMode mode = TraceMode.values()[random.nextInt(TraceMode.values().length)];
    Behaviour behaviour = Behaviour.any(random);
    SoakedTask task = new SoakedTask(this, ids.getAndIncrement(), behaviour, mode, origin);
    tasks.add(task);
    try {
      task.handle = dispatcher.dispatch(options(task, random), task);
      if (random.nextInt(8) == 0 && task.handle.completion() == null) {
        broken.add(new AssertionError("no completion"));
      }
      return task;
    } catch (DispatchRejectedException e) {
      rejected.incrementAndGet();
      if (e.reason() == Reason.QUEUE_FULL) {
        LockSupport.parkNanos(1_000_000); // or there would be little but rejections
      }
      return null;
    } catch (StackOverflowError e) { // a task's own, if it ran here
      broken.add(e);
      throw e;
    }
  }

  private static TaskOptions options(SoakedTask task, SplittableRandom random) {
    TaskOptions options =
        TaskOptions.named("task-" + task.id % 20)
            .traceMode(task.traceMode)
            .startMode(StartMode.values()[random.nextInt(StartMode.values().length)])
            .attributes(Attributes.of(ID, task.id));
    boolean slow =
        task.behaviour == Behaviour.SLEEPS_PAST_DEADLINE
            || task.behaviour == Behaviour.IGNORES_INTERRUPT;
    if (slow || random.nextInt(4) == 0) {
      options = options.timeout(Duration.ofMillis(1 + random.nextInt(40)));
    }
    return random.nextInt(4) == 0
        ? options.queueTimeout(Duration.ofMillis(1 + random.nextInt(30)))
        : options;
  }

  private static SpanContext anySpan(SplittableRandom random) {
    return SpanContext.create(
        String.format("%016x%016x", random.nextLong() | 1, random.nextLong()),
        String.format("%016x", random.nextLong() | 1),
        TraceFlags.getSampled(),
        TraceState.getDefault());
  }

  /** A body was interrupted: by its own end, or by the drain; else by somebody else's. */
  void interrupted(DispatchedTask self) {
    if (self.state() == TaskState.RUNNING && !workers.capacity.isDraining()) {
      strayInterrupts.incrementAndGet();
    }
  }

  /** The flush of the drain: the metrics are still there, and every task ought to be over. */
  private boolean collect(Duration within) {
    long end = System.nanoTime() + within.toNanos() - TimeUnit.MILLISECONDS.toNanos(300);
    try {
      boolean over = dispatched.await(end - System.nanoTime(), TimeUnit.NANOSECONDS);
      while (over && isBusy()) {
        over = end - System.nanoTime() > 0;
        LockSupport.parkNanos(1_000_000);
      }
      if (over) {
        status = workers.status();
        metrics = telemetry.collect();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return true;
  }

  private boolean isBusy() {
    BackgroundWorkers.Status now = workers.status();
    return workers.capacity.accepted() > 0 || now.running() > 0 || now.stuck() > 0;
  }
}
