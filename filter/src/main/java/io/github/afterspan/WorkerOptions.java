// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The settings of {@link BackgroundWorkers}.
 *
 * <pre>{@code
 * WorkerOptions options =
 *     WorkerOptions.builder().name("orders").concurrency(16).timeout(Duration.ofSeconds(10)).build();
 * }</pre>
 *
 * <p>Every way to make one checks every value, and refuses a bad one with an {@link
 * IllegalArgumentException} that names the setting, the rule and the value.
 *
 * <p>Immutable, safe for use by several threads.
 *
 * @param name tells these workers from others in metrics, log lines, thread names and JMX
 * @param concurrency the most tasks that run at once
 * @param queueCapacity the most tasks that wait once {@code concurrency} tasks run; together they
 *     bound what is accepted and unfinished. Zero accepts only what can start at once
 * @param timeout how long a body may run, from its start
 * @param queueTimeout how long a task may wait for a worker, from the moment it may start; null for
 *     as long as it takes
 * @param drainTimeout how long {@link BackgroundWorkers#close()} lets accepted tasks finish; zero
 *     stops them at once
 * @param traceMode how a task's span is tied to the dispatching one
 * @param startMode when a task may start
 * @param baggage whether tasks get the baggage that was current when they were dispatched
 * @param spanAttributes whether the span of every task says how long the task waited. Its first
 *     attribute takes more memory than all that Afterspan allocates for a task; the metrics say the
 *     same. What {@link TaskOptions} names, and how a task failed, is always there
 * @param threads what kind of threads run the tasks
 * @param taskDecorator wraps every body, on the dispatching thread; null for none
 * @param captureCheck what happens when the body of a task holds a request, a response or a session
 * @param flush called once the drain is over, to export what the tasks recorded, with the time it
 *     may take; returns whether everything was exported. Null to flush the SDK itself, where there
 *     is one
 */
public record WorkerOptions(
    String name,
    int concurrency,
    int queueCapacity,
    Duration timeout,
    @Nullable Duration queueTimeout,
    Duration drainTimeout,
    TraceMode traceMode,
    StartMode startMode,
    boolean baggage,
    boolean spanAttributes,
    Threads threads,
    @Nullable TaskDecorator taskDecorator,
    OnCapture captureCheck,
    @Nullable Predicate<Duration> flush) {

  /** The name, unless set: {@value}. */
  public static final String DEFAULT_NAME = "background";

  /** The concurrency, unless set: {@value}. */
  public static final int DEFAULT_CONCURRENCY = 8;

  /** The queue capacity, unless set: {@value}. */
  public static final int DEFAULT_QUEUE_CAPACITY = 1000;

  /** The timeout, unless set: 30 seconds. */
  public static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(30);

  /** The drain timeout, unless set: 10 seconds. */
  public static final Duration DEFAULT_DRAIN_TIMEOUT = Duration.ofSeconds(10);

  /** What kind of threads run the tasks. */
  public enum Threads {
    /** Pooled platform threads, at most as many as the concurrency. */
    PLATFORM,
    /**
     * A virtual thread for each task, at most as many at once as the concurrency. Java 21 or newer.
     */
    VIRTUAL
  }

  /**
   * What happens at dispatch when the body of a task holds an object that dies with its request, or
   * goes on to serve somebody else.
   */
  public enum OnCapture {
    /** Nobody looks. */
    OFF,
    /** A warning in the log, once for each place that dispatches. The default. */
    WARN,
    /** The dispatch throws an {@link IllegalArgumentException}; for tests and development. */
    FAIL
  }

  /**
   * Checks every setting.
   *
   * @throws NullPointerException if a setting that may not be null is
   * @throws IllegalArgumentException if a setting breaks its rule
   */
  public WorkerOptions {
    requireNonNull(name, "name");
    requireNonNull(traceMode, "traceMode");
    requireNonNull(startMode, "startMode");
    requireNonNull(threads, "threads");
    requireNonNull(captureCheck, "captureCheck");
    if (name.isBlank()) {
      throw new IllegalArgumentException("name must not be blank, was \"" + name + "\"");
    }
    if (concurrency < 1) {
      throw new IllegalArgumentException("concurrency must be positive, was " + concurrency);
    }
    if (queueCapacity < 0) {
      throw new IllegalArgumentException(
          "queueCapacity must not be negative, was " + queueCapacity);
    }
    if ((long) concurrency + queueCapacity > MAX_ACCEPTED) {
      throw new IllegalArgumentException(
          "concurrency + queueCapacity must be at most "
              + MAX_ACCEPTED
              + ", was "
              + ((long) concurrency + queueCapacity));
    }
    Durations.requirePositive("timeout", timeout);
    if (queueTimeout != null) {
      Durations.requirePositive("queueTimeout", queueTimeout);
    }
    Durations.requireNotNegative("drainTimeout", drainTimeout);
  }

  private static final int MAX_ACCEPTED = 1 << 30;

  /**
   * Returns the defaults.
   *
   * @return options with every setting at its default
   */
  public static WorkerOptions defaults() {
    return builder().build();
  }

  /**
   * Returns a builder that starts at the defaults.
   *
   * @return a new builder
   */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Returns a builder that starts at these options.
   *
   * @return a new builder
   */
  public Builder toBuilder() {
    return new Builder(this);
  }

  /** Collects settings. What each means is said at {@link WorkerOptions}. Not thread-safe. */
  public static final class Builder {
    private String name = DEFAULT_NAME;
    private int concurrency = DEFAULT_CONCURRENCY;
    private int queueCapacity = DEFAULT_QUEUE_CAPACITY;
    private Duration timeout = DEFAULT_TIMEOUT;
    private @Nullable Duration queueTimeout;
    private Duration drainTimeout = DEFAULT_DRAIN_TIMEOUT;
    private TraceMode traceMode = TraceMode.CHILD;
    private StartMode startMode = StartMode.IMMEDIATELY;
    private boolean baggage = true;
    private boolean spanAttributes = true;
    private Threads threads = Threads.PLATFORM;
    private @Nullable TaskDecorator taskDecorator;
    private OnCapture captureCheck = OnCapture.WARN;
    private @Nullable Predicate<Duration> flush;

    private Builder() {}

    private Builder(WorkerOptions options) {
      name = options.name;
      concurrency = options.concurrency;
      queueCapacity = options.queueCapacity;
      timeout = options.timeout;
      queueTimeout = options.queueTimeout;
      drainTimeout = options.drainTimeout;
      traceMode = options.traceMode;
      startMode = options.startMode;
      baggage = options.baggage;
      spanAttributes = options.spanAttributes;
      threads = options.threads;
      taskDecorator = options.taskDecorator;
      captureCheck = options.captureCheck;
      flush = options.flush;
    }

    /**
     * Sets the name.
     *
     * @param name not blank
     * @return this
     */
    public Builder name(String name) {
      this.name = name;
      return this;
    }

    /**
     * Sets the concurrency.
     *
     * @param concurrency positive
     * @return this
     */
    public Builder concurrency(int concurrency) {
      this.concurrency = concurrency;
      return this;
    }

    /**
     * Sets the queue capacity.
     *
     * @param queueCapacity zero or more
     * @return this
     */
    public Builder queueCapacity(int queueCapacity) {
      this.queueCapacity = queueCapacity;
      return this;
    }

    /**
     * Sets the timeout.
     *
     * @param timeout longer than zero
     * @return this
     */
    public Builder timeout(Duration timeout) {
      this.timeout = timeout;
      return this;
    }

    /**
     * Sets the queue timeout.
     *
     * @param queueTimeout longer than zero, or null for none
     * @return this
     */
    public Builder queueTimeout(@Nullable Duration queueTimeout) {
      this.queueTimeout = queueTimeout;
      return this;
    }

    /**
     * Sets the drain timeout.
     *
     * @param drainTimeout zero or longer
     * @return this
     */
    public Builder drainTimeout(Duration drainTimeout) {
      this.drainTimeout = drainTimeout;
      return this;
    }

    /**
     * Sets the trace mode.
     *
     * @param traceMode the default of the tasks
     * @return this
     */
    public Builder traceMode(TraceMode traceMode) {
      this.traceMode = traceMode;
      return this;
    }

    /**
     * Sets the start mode.
     *
     * @param startMode the default of the tasks
     * @return this
     */
    public Builder startMode(StartMode startMode) {
      this.startMode = startMode;
      return this;
    }

    /**
     * Sets whether tasks get the baggage.
     *
     * @param baggage false to leave it behind
     * @return this
     */
    public Builder baggage(boolean baggage) {
      this.baggage = baggage;
      return this;
    }

    /**
     * Sets whether the span of every task says how long the task waited.
     *
     * @param spanAttributes false to save the memory
     * @return this
     */
    public Builder spanAttributes(boolean spanAttributes) {
      this.spanAttributes = spanAttributes;
      return this;
    }

    /**
     * Sets the kind of threads.
     *
     * @param threads platform or virtual
     * @return this
     */
    public Builder threads(Threads threads) {
      this.threads = threads;
      return this;
    }

    /**
     * Sets the decorator.
     *
     * @param taskDecorator wraps every body, or null for none
     * @return this
     */
    public Builder taskDecorator(@Nullable TaskDecorator taskDecorator) {
      this.taskDecorator = taskDecorator;
      return this;
    }

    /**
     * Sets the capture check.
     *
     * @param captureCheck off, warn or fail
     * @return this
     */
    public Builder captureCheck(OnCapture captureCheck) {
      this.captureCheck = captureCheck;
      return this;
    }

    /**
     * Sets what exports the telemetry once the drain is over.
     *
     * @param flush takes the time it may take, returns whether everything was exported; null to
     *     flush the SDK itself
     * @return this
     */
    public Builder flush(@Nullable Predicate<Duration> flush) {
      this.flush = flush;
      return this;
    }

    /**
     * Checks the settings and returns the options.
     *
     * @return the options
     * @throws NullPointerException if a setting that may not be null is
     * @throws IllegalArgumentException if a setting breaks its rule; the message names the setting,
     *     the rule and the value
     */
    public WorkerOptions build() {
      return new WorkerOptions(
          name,
          concurrency,
          queueCapacity,
          timeout,
          queueTimeout,
          drainTimeout,
          traceMode,
          startMode,
          baggage,
          spanAttributes,
          threads,
          taskDecorator,
          captureCheck,
          flush);
    }
  }
}
