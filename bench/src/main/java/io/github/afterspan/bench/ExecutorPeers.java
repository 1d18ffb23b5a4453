// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.bench;

import io.micrometer.context.ContextExecutorService;
import io.micrometer.context.ContextRegistry;
import io.micrometer.context.ContextSnapshotFactory;
import io.micrometer.context.ThreadLocalAccessor;
import io.micrometer.context.integration.Slf4jThreadLocalAccessor;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.context.Context;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.glassfish.jersey.spi.ThreadPoolExecutorProvider;
import org.springframework.core.task.support.ContextPropagatingTaskDecorator;
import org.springframework.scheduling.concurrent.ThreadPoolTaskExecutor;

/** The peers that are an executor and {@code execute}. None of them has telemetry of its own. */
final class ExecutorPeers {

  private ExecutorPeers() {}

  static Peer raw(OpenTelemetry openTelemetry, int queueCapacity) {
    ExecutorService executor = pool(queueCapacity);
    return of(executor, executor::shutdownNow);
  }

  static Peer jersey(OpenTelemetry openTelemetry, int queueCapacity) {
    OneThread provider = new OneThread();
    return of(provider.getExecutorService(), provider::close);
  }

  static Peer taskWrapping(OpenTelemetry openTelemetry, int queueCapacity) {
    ExecutorService executor = pool(queueCapacity);
    return of(Context.taskWrapping(executor), executor::shutdownNow);
  }

  static Peer micrometer(OpenTelemetry openTelemetry, int queueCapacity) {
    return micrometer(new OpenTelemetryAccessor(), queueCapacity);
  }

  static Peer micrometerMdc(OpenTelemetry openTelemetry, int queueCapacity) {
    return micrometer(new Slf4jThreadLocalAccessor(Request.MDC_KEYS), queueCapacity);
  }

  private static Peer micrometer(ThreadLocalAccessor<?> accessor, int queueCapacity) {
    ContextSnapshotFactory snapshots = snapshots(accessor);
    ExecutorService executor = pool(queueCapacity);
    return of(ContextExecutorService.wrap(executor, snapshots), executor::shutdownNow);
  }

  static Peer spring(OpenTelemetry openTelemetry, int queueCapacity) {
    ThreadPoolTaskExecutor executor = new ThreadPoolTaskExecutor();
    executor.setCorePoolSize(1);
    executor.setMaxPoolSize(1);
    executor.setQueueCapacity(queueCapacity);
    executor.setTaskDecorator(
        new ContextPropagatingTaskDecorator(snapshots(new OpenTelemetryAccessor())));
    executor.initialize();
    return of(executor, executor::shutdown);
  }

  static ThreadPoolExecutor pool(int queueCapacity) {
    return pool(queueCapacity, 1);
  }

  static ThreadPoolExecutor pool(int queueCapacity, int threads) {
    return new ThreadPoolExecutor(
        threads, threads, 0, TimeUnit.SECONDS, new ArrayBlockingQueue<>(queueCapacity));
  }

  private static ContextSnapshotFactory snapshots(ThreadLocalAccessor<?> accessor) {
    ContextRegistry registry = new ContextRegistry();
    registry.registerThreadLocalAccessor(accessor);
    return ContextSnapshotFactory.builder().contextRegistry(registry).build();
  }

  private static Peer of(Executor executor, Runnable close) {
    return new Peer() {
      @Override
      public void dispatch(Body body) {
        executor.execute(body);
      }

      @Override
      public void close() {
        close.run();
      }
    };
  }

  /** Jersey's default has as many threads as there are tasks, which would be no queue at all. */
  private static final class OneThread extends ThreadPoolExecutorProvider {
    OneThread() {
      super("bench");
    }

    @Override
    protected int getCorePoolSize() {
      return 1;
    }

    @Override
    protected int getMaximumPoolSize() {
      return 1;
    }
  }
}
