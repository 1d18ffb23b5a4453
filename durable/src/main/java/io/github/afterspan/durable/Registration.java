// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.durable;

import io.github.afterspan.TaskOptions;
import io.github.afterspan.TraceMode;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanKind;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A handler as it was registered. Immutable.
 *
 * @param name its name in the table
 * @param type the type of its payload
 * @param handler null if other nodes have it
 * @param timeout null for that of the workers
 */
record Registration<T>(
    String name, Class<T> type, @Nullable DurableHandler<T> handler, @Nullable Duration timeout) {

  private static final int MAX_NAME_LENGTH = 100;

  Registration {
    if (name.isBlank() || name.length() > MAX_NAME_LENGTH) {
      throw new IllegalArgumentException(
          "handler must have a name of 1 to "
              + MAX_NAME_LENGTH
              + " characters, was \""
              + name
              + '"');
    }
    if (name.startsWith(JobTable.DEAD_PREFIX)) {
      throw new IllegalArgumentException(
          "handler must have a name that does not start with \""
              + JobTable.DEAD_PREFIX
              + "\", was \""
              + name
              + '"');
    }
    if (timeout != null) {
      DurableOptions.requireBounded("timeout", timeout);
    }
  }

  /** What an attempt is for the engine of in-process tasks. */
  TaskOptions taskOptions(TraceMode traceMode) {
    Attributes attributes = JobTelemetry.attributes("process", name);
    TaskOptions options =
        TaskOptions.named("process " + name)
            .traceMode(traceMode)
            .spanKind(SpanKind.CONSUMER)
            .attributes(attributes);
    return timeout == null ? options : options.timeout(timeout);
  }
}
