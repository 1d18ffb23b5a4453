// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Where workers get their threads from: pooled platform threads, a virtual thread for each task, or
 * somebody else's executor.
 *
 * <p>Safe for use by several threads.
 */
final class WorkerThreads {

  /** What a worker does when its task is over. */
  enum Then {
    /** Waits for the next task, for a while. */
    WAIT,
    /** Starts its successor on a fresh thread if a task waits. */
    START_ANEW,
    /** Runs what waits, and gives the thread back. */
    GIVE_BACK,
    /** Has run the one task that was submitted, on the thread that did so; nothing ever waits. */
    RUN_NOW
  }

  private static final long KEEP_ALIVE_NANOS = 60_000_000_000L;

  final Then then;

  /** How long a worker waits for its next task before it ends. */
  final long keepAliveNanos;

  private final Executor starter;

  WorkerThreads(Then then, long keepAliveNanos, Executor starter) {
    this.then = then;
    this.keepAliveNanos = keepAliveNanos;
    this.starter = starter;
  }

  static WorkerThreads platform(String name, @Nullable ClassLoader loader) {
    AtomicInteger number = new AtomicInteger();
    return new WorkerThreads(
        Then.WAIT,
        KEEP_ALIVE_NANOS,
        worker -> start(worker, "afterspan-" + name + "-" + number.incrementAndGet(), loader));
  }

  static Thread start(Runnable body, String name, @Nullable ClassLoader loader) {
    Thread thread = make(body, name, loader);
    thread.start();
    return thread;
  }

  /** A daemon thread that inherits nothing of the thread that makes it. */
  static Thread make(Runnable body, String name, @Nullable ClassLoader loader) {
    Thread thread = new Thread(null, body, name, 0, false);
    thread.setDaemon(true);
    // Set here, since 17 would inherit the starter's and 25 would take the system's.
    thread.setContextClassLoader(loader);
    return thread;
  }

  static WorkerThreads of(Executor executor) {
    return new WorkerThreads(Then.GIVE_BACK, 0, executor);
  }

  /** Compiled for 17, where there are none: looked up on the public interfaces. */
  static WorkerThreads virtual(String name) {
    ThreadFactory factory = virtualFactory("afterspan-" + name + "-");
    return new WorkerThreads(Then.START_ANEW, 0, worker -> factory.newThread(worker).start());
  }

  /** The thread that submits a task runs it, there and then. */
  static WorkerThreads calling() {
    return new WorkerThreads(
        Then.RUN_NOW,
        0,
        worker -> {
          throw new AssertionError("no thread is needed");
        });
  }

  /** Whether these are ours, to be ended when there is nothing left to do. */
  boolean areOwn() {
    return then == Then.WAIT || then == Then.START_ANEW;
  }

  /** Whether a worker that has run one task looks for the next. */
  boolean runOneAfterTheOther() {
    return then == Then.WAIT || then == Then.GIVE_BACK;
  }

  /**
   * Starts a worker.
   *
   * @throws java.util.concurrent.RejectedExecutionException if the executor takes no more
   */
  void start(Runnable worker) {
    starter.execute(worker);
  }

  private static ThreadFactory virtualFactory(String prefix) {
    try {
      MethodHandles.Lookup lookup = MethodHandles.publicLookup();
      Class<?> builder = Class.forName("java.lang.Thread$Builder");
      Class<?> ofVirtual = Class.forName("java.lang.Thread$Builder$OfVirtual");
      MethodHandle make =
          lookup.findStatic(Thread.class, "ofVirtual", MethodType.methodType(ofVirtual));
      MethodHandle named =
          lookup.findVirtual(
              ofVirtual, "name", MethodType.methodType(ofVirtual, String.class, long.class));
      MethodHandle inherit =
          lookup.findVirtual(
              ofVirtual,
              "inheritInheritableThreadLocals",
              MethodType.methodType(ofVirtual, boolean.class));
      MethodHandle factory =
          lookup.findVirtual(builder, "factory", MethodType.methodType(ThreadFactory.class));
      Object threads = inherit.invoke(named.invoke(make.invoke(), prefix, 0L), false);
      return (ThreadFactory) factory.invoke(threads);
    } catch (ReflectiveOperationException e) {
      throw new IllegalArgumentException(
          "threads=virtual needs Java 21 or newer, this is " + Runtime.version(), e);
    } catch (Throwable e) {
      throw new IllegalStateException("virtual threads can't be made", e);
    }
  }
}
