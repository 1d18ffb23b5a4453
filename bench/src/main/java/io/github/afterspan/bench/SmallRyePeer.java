// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.bench;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import io.smallrye.context.SmallRyeContextManager;
import io.smallrye.context.SmallRyeManagedExecutor;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import org.eclipse.microprofile.context.spi.ThreadContextProvider;
import org.eclipse.microprofile.context.spi.ThreadContextSnapshot;

/** SmallRye's managed executor with a provider for OpenTelemetry's context, as Quarkus has one. */
final class SmallRyePeer implements Peer {

  private final ExecutorService threads;
  private final SmallRyeManagedExecutor executor;

  SmallRyePeer(OpenTelemetry openTelemetry, int queueCapacity) {
    threads = ExecutorPeers.pool(queueCapacity);
    SmallRyeContextManager manager =
        new SmallRyeContextManager.Builder()
            .withThreadContextProviders(new OpenTelemetryProvider())
            .withDefaultExecutorService(threads)
            .build();
    executor =
        new SmallRyeManagedExecutor.Builder(manager)
            .propagated(OpenTelemetryProvider.TYPE)
            .cleared()
            .maxAsync(1)
            .maxQueued(queueCapacity)
            .withExecutorService(threads)
            .build();
  }

  @Override
  public void dispatch(Body body) {
    CompletableFuture<Void> unused = executor.runAsync(body);
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }

  private static final class OpenTelemetryProvider implements ThreadContextProvider {
    static final String TYPE = "OpenTelemetry";

    @Override
    public ThreadContextSnapshot currentContext(Map<String, String> properties) {
      return snapshot(Context.current());
    }

    @Override
    public ThreadContextSnapshot clearedContext(Map<String, String> properties) {
      return snapshot(Context.root());
    }

    @Override
    public String getThreadContextType() {
      return TYPE;
    }

    @SuppressWarnings("MustBeClosed") // when the context ends
    private static ThreadContextSnapshot snapshot(Context context) {
      return () -> {
        Scope scope = context.makeCurrent();
        return scope::close;
      };
    }
  }
}
