// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it;

import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * An executor whose lifecycle is a container's, as that of a {@code ManagedExecutorService} of
 * Jakarta Concurrency is: those methods throw.
 *
 * <p>Safe for use by several threads.
 */
public final class ManagedExecutor extends AbstractExecutorService {

  /** What the names of its threads begin with. */
  public static final String THREADS = "managed-";

  private final ConcurrentLinkedQueue<String> lifecycleCalls = new ConcurrentLinkedQueue<>();
  private final AtomicInteger number = new AtomicInteger();

  /** Makes one. */
  public ManagedExecutor() {}

  /**
   * Returns the methods that were called and are nobody's to be called.
   *
   * @return a snapshot
   */
  public List<String> lifecycleCalls() {
    return List.copyOf(lifecycleCalls);
  }

  @Override
  public void execute(Runnable command) {
    new Thread(command, THREADS + number.incrementAndGet()).start();
  }

  @Override
  public void shutdown() {
    throw refused("shutdown");
  }

  @Override
  public List<Runnable> shutdownNow() {
    throw refused("shutdownNow");
  }

  @Override
  public boolean isShutdown() {
    throw refused("isShutdown");
  }

  @Override
  public boolean isTerminated() {
    throw refused("isTerminated");
  }

  @Override
  public boolean awaitTermination(long timeout, TimeUnit unit) {
    throw refused("awaitTermination");
  }

  private IllegalStateException refused(String method) {
    lifecycleCalls.add(method);
    return new IllegalStateException(method + " is the container's");
  }
}
