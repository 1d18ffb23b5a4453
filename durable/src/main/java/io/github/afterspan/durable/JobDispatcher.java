// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.durable;

import static java.util.Objects.requireNonNull;

import io.github.afterspan.DetachedContext;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.context.Context;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** The dispatcher of one exchange, or of none. Safe for use by several threads. */
final class JobDispatcher implements DurableDispatcher {

  private final JobWriter writer;
  private final Runnable wakeUp;
  private final @Nullable CompletionStage<?> over;
  private final AtomicBoolean listening = new AtomicBoolean();

  /** Of the exchange: for threads where nothing is current. */
  private final Context fallback = DetachedContext.detach(Context.current());

  JobDispatcher(JobWriter writer, Runnable wakeUp, @Nullable CompletionStage<?> over) {
    this.writer = writer;
    this.wakeUp = wakeUp;
    this.over = over;
  }

  @Override
  public EnqueuedJob enqueue(String handler, Object payload, JobOptions options) {
    requireNonNull(handler, "handler");
    requireNonNull(payload, "payload");
    requireNonNull(options, "options");
    EnqueuedJob job = writer.write(handler, payload, options, parent());
    wakeUp.run(); // committed by now
    return job;
  }

  @Override
  public EnqueuedJob enqueue(
      Connection connection, String handler, Object payload, JobOptions options)
      throws SQLException {
    requireNonNull(connection, "connection");
    requireNonNull(handler, "handler");
    requireNonNull(payload, "payload");
    requireNonNull(options, "options");
    EnqueuedJob job = writer.write(connection, handler, payload, options, parent());
    if (over != null && listening.compareAndSet(false, true)) {
      over.whenComplete((result, failure) -> wakeUp.run());
    }
    return job;
  }

  private Context parent() {
    Context current = Context.current();
    return Span.fromContext(current).getSpanContext().isValid() ? current : fallback;
  }
}
