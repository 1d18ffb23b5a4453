// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan;

import static java.util.Objects.requireNonNull;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanKind;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The name of a task, and in what it differs from the defaults of its workers.
 *
 * <pre>{@code
 * private static final TaskOptions MAIL =
 *     TaskOptions.named("sendConfirmationEmail")
 *         .timeout(Duration.ofSeconds(10))
 *         .startMode(StartMode.AFTER_SUCCESSFUL_RESPONSE);
 * }</pre>
 *
 * <p>Each method returns new options and leaves the old ones as they are. Options with the same
 * values are equal. Keep them as a constant: workers remember what they worked out for up to
 * {@value TaskProfiles#MAX_PROFILES} different options, and work it out anew for each dispatch
 * beyond that.
 *
 * <p>Immutable, safe for use by several threads.
 */
public final class TaskOptions {

  final String name;
  final @Nullable Duration timeout;
  final @Nullable Duration queueTimeout;
  final @Nullable TraceMode traceMode;
  final @Nullable StartMode startMode;
  final @Nullable SpanKind spanKind;
  final Attributes attributes;
  private final int hash;

  private TaskOptions(
      String name,
      @Nullable Duration timeout,
      @Nullable Duration queueTimeout,
      @Nullable TraceMode traceMode,
      @Nullable StartMode startMode,
      @Nullable SpanKind spanKind,
      Attributes attributes) {
    this.name = name;
    this.timeout = timeout;
    this.queueTimeout = queueTimeout;
    this.traceMode = traceMode;
    this.startMode = startMode;
    this.spanKind = spanKind;
    this.attributes = attributes;
    this.hash =
        Objects.hash(name, timeout, queueTimeout, traceMode, startMode, spanKind, attributes);
  }

  /**
   * Returns options with a name, and the workers' defaults for everything else.
   *
   * @param name names the span, the metrics and the log lines. Keep the number of different names
   *     small: metrics tell at most {@value TaskProfiles#MAX_NAMES} apart, and put the rest under
   *     {@code _OTHER}
   * @return the options
   * @throws NullPointerException if the name is null
   * @throws IllegalArgumentException if the name is blank
   */
  public static TaskOptions named(String name) {
    requireNonNull(name, "name");
    if (name.isBlank()) {
      throw new IllegalArgumentException("name must not be blank, was \"" + name + "\"");
    }
    return new TaskOptions(name, null, null, null, null, null, Attributes.empty());
  }

  /**
   * Returns these options with a timeout: how long the body may run, from its start. It fires up to
   * 20 ms late, and what is beyond 146 years counts as that.
   *
   * @param timeout longer than zero
   * @return the new options
   * @throws NullPointerException if the timeout is null
   * @throws IllegalArgumentException if the timeout is zero or negative
   */
  public TaskOptions timeout(Duration timeout) {
    Durations.requirePositive("timeout", timeout);
    return new TaskOptions(name, timeout, queueTimeout, traceMode, startMode, spanKind, attributes);
  }

  /**
   * Returns these options with a queue timeout: how long the task may wait for a worker, from the
   * moment it may start. A task that waits for the response is not waiting for a worker yet.
   *
   * @param queueTimeout longer than zero
   * @return the new options
   * @throws NullPointerException if the queue timeout is null
   * @throws IllegalArgumentException if the queue timeout is zero or negative
   */
  public TaskOptions queueTimeout(Duration queueTimeout) {
    Durations.requirePositive("queueTimeout", queueTimeout);
    return new TaskOptions(name, timeout, queueTimeout, traceMode, startMode, spanKind, attributes);
  }

  /**
   * Returns these options with a trace mode.
   *
   * @param traceMode how the task's span is tied to the dispatching one
   * @return the new options
   * @throws NullPointerException if the trace mode is null
   */
  public TaskOptions traceMode(TraceMode traceMode) {
    requireNonNull(traceMode, "traceMode");
    return new TaskOptions(name, timeout, queueTimeout, traceMode, startMode, spanKind, attributes);
  }

  /**
   * Returns these options with a start mode.
   *
   * @param startMode when the task may start
   * @return the new options
   * @throws NullPointerException if the start mode is null
   */
  public TaskOptions startMode(StartMode startMode) {
    requireNonNull(startMode, "startMode");
    return new TaskOptions(name, timeout, queueTimeout, traceMode, startMode, spanKind, attributes);
  }

  /**
   * Returns these options with a span kind. Unset, it is {@link SpanKind#CONSUMER} for {@link
   * TraceMode#NEW_TRACE_WITH_LINK} and {@link SpanKind#INTERNAL} otherwise.
   *
   * @param spanKind the kind of the task's span
   * @return the new options
   * @throws NullPointerException if the span kind is null
   */
  public TaskOptions spanKind(SpanKind spanKind) {
    requireNonNull(spanKind, "spanKind");
    return new TaskOptions(name, timeout, queueTimeout, traceMode, startMode, spanKind, attributes);
  }

  /**
   * Returns these options with attributes for the task's span, in place of earlier ones. They are
   * there when the sampler decides.
   *
   * @param attributes the attributes
   * @return the new options
   * @throws NullPointerException if the attributes are null
   */
  public TaskOptions attributes(Attributes attributes) {
    requireNonNull(attributes, "attributes");
    return new TaskOptions(name, timeout, queueTimeout, traceMode, startMode, spanKind, attributes);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return this == other
        || (other instanceof TaskOptions that
            && hash == that.hash
            && name.equals(that.name)
            && Objects.equals(timeout, that.timeout)
            && Objects.equals(queueTimeout, that.queueTimeout)
            && traceMode == that.traceMode
            && startMode == that.startMode
            && spanKind == that.spanKind
            && attributes.equals(that.attributes));
  }

  @Override
  public int hashCode() {
    return hash;
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder("TaskOptions{name=").append(name);
    append(text, "timeout", timeout);
    append(text, "queueTimeout", queueTimeout);
    append(text, "traceMode", traceMode);
    append(text, "startMode", startMode);
    append(text, "spanKind", spanKind);
    append(text, "attributes", attributes.isEmpty() ? null : attributes);
    return text.append('}').toString();
  }

  private static void append(StringBuilder text, String option, @Nullable Object value) {
    if (value != null) {
      text.append(", ").append(option).append('=').append(value);
    }
  }
}
