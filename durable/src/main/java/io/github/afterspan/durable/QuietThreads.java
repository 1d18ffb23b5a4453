// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.durable;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Threads that live in a context with a span that is not sampled, so that what an agent sees of the
 * engine (a poll every second, heartbeats, the deletion of a row) makes no spans, and none of it
 * ends up in the trace of the request that happened to come first. A job's attempt has a context of
 * its own.
 */
final class QuietThreads implements ThreadFactory {

  /** The parent-based samplers, which are the default, follow it. */
  static final Context CONTEXT =
      Context.root()
          .with(
              Span.wrap(
                  SpanContext.create(
                      "00000000000000000000000000af7e45",
                      "0000000000af7e45",
                      TraceFlags.getDefault(),
                      TraceState.getDefault())));

  private final String prefix;
  private final AtomicInteger made = new AtomicInteger();
  private final @Nullable ClassLoader loader = Thread.currentThread().getContextClassLoader();

  QuietThreads(String workers, String role) {
    prefix = "afterspan-" + workers + "-" + role + "-";
  }

  @Override
  public Thread newThread(Runnable body) {
    Thread thread =
        new Thread(null, () -> runQuietly(body), prefix + made.incrementAndGet(), 0, false);
    thread.setDaemon(true);
    thread.setContextClassLoader(loader);
    return thread;
  }

  private static void runQuietly(Runnable body) {
    try (Scope ignored = CONTEXT.makeCurrent()) {
      body.run();
    }
  }
}
