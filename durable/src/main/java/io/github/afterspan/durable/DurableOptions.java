// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.durable;

import static java.util.Objects.requireNonNull;

import io.github.afterspan.TraceMode;
import java.time.Duration;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * The settings of {@link DurableWorkers}.
 *
 * <pre>{@code
 * DurableOptions options =
 *     DurableOptions.builder().concurrency(16).attempts(5).timeout(Duration.ofMinutes(2)).build();
 * }</pre>
 *
 * <p>Every way to make one checks every value, and refuses a bad one with an {@link
 * IllegalArgumentException} that names the setting, the rule and the value. Durations are at least
 * a millisecond, but for the drain timeout, and at most 365 days.
 *
 * <p>Immutable, safe for use by several threads.
 *
 * @param name tells these workers from others in metrics, log lines, thread names and JMX
 * @param nodeName tells this node from others in the table; the same name must not be used twice at
 *     a time
 * @param table the table's name, with its schema if need be
 * @param schema what happens at start when the table is not there
 * @param concurrency the most jobs that this node runs at once; zero for a node that only enqueues
 * @param pollInterval how long a job waits at most for this node to look, when no wake-up came
 * @param heartbeatInterval how often a running job's row is touched. A node that misses four in a
 *     row loses its jobs to others, some 4 to 6 intervals after it died. The nodes' clocks must
 *     agree to within an interval or so
 * @param attempts how often a job is tried before it becomes a dead letter
 * @param backoff the wait after the first failed attempt; doubled for each further one, and spread
 *     by up to a fifth
 * @param maxBackoff the longest wait between attempts
 * @param timeout how long an attempt may run, unless its handler was registered with another
 * @param drainTimeout how long {@link DurableWorkers#close()} lets running attempts finish
 * @param traceMode how the span of an attempt is tied to the one that enqueued
 * @param baggageKeys the baggage entries that are stored with a job; none unless named, for they
 *     are data at rest then
 */
public record DurableOptions(
    String name,
    String nodeName,
    String table,
    Schema schema,
    int concurrency,
    Duration pollInterval,
    Duration heartbeatInterval,
    int attempts,
    Duration backoff,
    Duration maxBackoff,
    Duration timeout,
    Duration drainTimeout,
    TraceMode traceMode,
    Set<String> baggageKeys) {

  /** The name, unless set: {@value}. */
  public static final String DEFAULT_NAME = "durable";

  /** The table, unless set: {@value}. */
  public static final String DEFAULT_TABLE = "background_jobs";

  /** The concurrency, unless set: {@value}. */
  public static final int DEFAULT_CONCURRENCY = 8;

  /** The attempts, unless set: {@value}. */
  public static final int DEFAULT_ATTEMPTS = 8;

  /** The poll interval, unless set: 1 second. */
  public static final Duration DEFAULT_POLL_INTERVAL = Duration.ofSeconds(1);

  /** The heartbeat interval, unless set: 5 seconds. */
  public static final Duration DEFAULT_HEARTBEAT_INTERVAL = Duration.ofSeconds(5);

  /** The backoff, unless set: 1 second. */
  public static final Duration DEFAULT_BACKOFF = Duration.ofSeconds(1);

  /** The longest backoff, unless set: 10 minutes. */
  public static final Duration DEFAULT_MAX_BACKOFF = Duration.ofMinutes(10);

  /** The timeout, unless set: 30 seconds. */
  public static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(30);

  /** The drain timeout, unless set: 20 seconds. */
  public static final Duration DEFAULT_DRAIN_TIMEOUT = Duration.ofSeconds(20);

  private static final Pattern TABLE =
      Pattern.compile("([A-Za-z_][A-Za-z0-9_]*\\.)?[A-Za-z_][A-Za-z0-9_]*");
  private static final int MAX_NODE_NAME_LENGTH = 50;
  private static final Duration SHORTEST = Duration.ofMillis(1);
  private static final Duration LONGEST = Duration.ofDays(365);

  /** What happens at start when the table is not there. */
  public enum Schema {
    /** The start fails, and says which file creates it. The default. */
    VALIDATE,
    /** It is created; for development, and for applications that own their database. */
    CREATE
  }

  /**
   * Checks every setting.
   *
   * @throws NullPointerException if a setting is null
   * @throws IllegalArgumentException if a setting breaks its rule
   */
  public DurableOptions {
    requireNonNull(schema, "schema");
    requireNonNull(traceMode, "traceMode");
    baggageKeys = Set.copyOf(baggageKeys);
    if (requireNonNull(name, "name").isBlank()) {
      throw new IllegalArgumentException("name must not be blank, was \"" + name + "\"");
    }
    if (requireNonNull(nodeName, "nodeName").isBlank()
        || nodeName.length() > MAX_NODE_NAME_LENGTH) {
      throw new IllegalArgumentException(
          "nodeName must not be blank and have at most "
              + MAX_NODE_NAME_LENGTH
              + " characters, was \""
              + nodeName
              + "\"");
    }
    if (!TABLE.matcher(requireNonNull(table, "table")).matches()) {
      throw new IllegalArgumentException(
          "table must be a plain SQL name, with a schema or without, was \"" + table + "\"");
    }
    if (concurrency < 0) {
      throw new IllegalArgumentException("concurrency must not be negative, was " + concurrency);
    }
    if (attempts < 1) {
      throw new IllegalArgumentException("attempts must be positive, was " + attempts);
    }
    requireBounded("pollInterval", pollInterval);
    requireBounded("heartbeatInterval", heartbeatInterval);
    requireBounded("backoff", backoff);
    requireBounded("maxBackoff", maxBackoff);
    requireBounded("timeout", timeout);
    requireNotTooLong("drainTimeout", drainTimeout);
    if (maxBackoff.compareTo(backoff) < 0) {
      throw new IllegalArgumentException(
          "maxBackoff must be at least backoff, was " + maxBackoff + " with backoff " + backoff);
    }
    if (drainTimeout.isNegative()) {
      throw new IllegalArgumentException("drainTimeout must not be negative, was " + drainTimeout);
    }
  }

  static void requireBounded(String name, Duration value) {
    requireNotTooLong(name, value);
    if (value.compareTo(SHORTEST) < 0) {
      throw new IllegalArgumentException(name + " must be at least 1 ms, was " + value);
    }
  }

  private static void requireNotTooLong(String name, Duration value) {
    if (requireNonNull(value, name).compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException(
          name + " must be at most " + LONGEST.toDays() + " days, was " + value);
    }
  }

  /**
   * Returns the defaults.
   *
   * @return options with every setting at its default
   */
  public static DurableOptions defaults() {
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

  /** Collects settings. What each means is said at {@link DurableOptions}. Not thread-safe. */
  public static final class Builder {
    private String name = DEFAULT_NAME;
    private String nodeName = defaultNodeName();
    private String table = DEFAULT_TABLE;
    private Schema schema = Schema.VALIDATE;
    private int concurrency = DEFAULT_CONCURRENCY;
    private Duration pollInterval = DEFAULT_POLL_INTERVAL;
    private Duration heartbeatInterval = DEFAULT_HEARTBEAT_INTERVAL;
    private int attempts = DEFAULT_ATTEMPTS;
    private Duration backoff = DEFAULT_BACKOFF;
    private Duration maxBackoff = DEFAULT_MAX_BACKOFF;
    private Duration timeout = DEFAULT_TIMEOUT;
    private Duration drainTimeout = DEFAULT_DRAIN_TIMEOUT;
    private TraceMode traceMode = TraceMode.CHILD_WITH_LINK;
    private Set<String> baggageKeys = Set.of();

    private Builder() {}

    /** The process's number and something random: a host's name takes a look-up, and may repeat. */
    private static String defaultNodeName() {
      return ProcessHandle.current().pid() + "-" + UUID.randomUUID();
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
     * Sets the name of this node.
     *
     * @param nodeName not blank, at most 50 characters; unless set, the process's number and a
     *     random UUID
     * @return this
     */
    public Builder nodeName(String nodeName) {
      this.nodeName = nodeName;
      return this;
    }

    /**
     * Sets the table's name.
     *
     * @param table a plain SQL name, with a schema or without
     * @return this
     */
    public Builder table(String table) {
      this.table = table;
      return this;
    }

    /**
     * Sets what happens at start when the table is not there.
     *
     * @param schema validate or create
     * @return this
     */
    public Builder schema(Schema schema) {
      this.schema = schema;
      return this;
    }

    /**
     * Sets the most jobs at once.
     *
     * @param concurrency zero or more
     * @return this
     */
    public Builder concurrency(int concurrency) {
      this.concurrency = concurrency;
      return this;
    }

    /**
     * Sets the poll interval.
     *
     * @param pollInterval longer than zero
     * @return this
     */
    public Builder pollInterval(Duration pollInterval) {
      this.pollInterval = pollInterval;
      return this;
    }

    /**
     * Sets the heartbeat interval.
     *
     * @param heartbeatInterval longer than zero
     * @return this
     */
    public Builder heartbeatInterval(Duration heartbeatInterval) {
      this.heartbeatInterval = heartbeatInterval;
      return this;
    }

    /**
     * Sets how often a job is tried.
     *
     * @param attempts positive
     * @return this
     */
    public Builder attempts(int attempts) {
      this.attempts = attempts;
      return this;
    }

    /**
     * Sets the wait after the first failed attempt.
     *
     * @param backoff longer than zero
     * @return this
     */
    public Builder backoff(Duration backoff) {
      this.backoff = backoff;
      return this;
    }

    /**
     * Sets the longest wait between attempts.
     *
     * @param maxBackoff at least the backoff
     * @return this
     */
    public Builder maxBackoff(Duration maxBackoff) {
      this.maxBackoff = maxBackoff;
      return this;
    }

    /**
     * Sets the timeout of an attempt.
     *
     * @param timeout longer than zero
     * @return this
     */
    public Builder timeout(Duration timeout) {
      this.timeout = timeout;
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
     * @param traceMode {@link TraceMode#CHILD_WITH_LINK} unless set; {@link
     *     TraceMode#NEW_TRACE_WITH_LINK} for a trace of its own
     * @return this
     */
    public Builder traceMode(TraceMode traceMode) {
      this.traceMode = traceMode;
      return this;
    }

    /**
     * Sets the baggage entries that are stored.
     *
     * @param baggageKeys their keys
     * @return this
     */
    public Builder baggageKeys(Set<String> baggageKeys) {
      this.baggageKeys = baggageKeys;
      return this;
    }

    /**
     * Builds the options.
     *
     * @return the options
     * @throws NullPointerException if a setting is null
     * @throws IllegalArgumentException if a setting breaks its rule; the message names it, the rule
     *     and the value
     */
    public DurableOptions build() {
      return new DurableOptions(
          name,
          nodeName,
          table,
          schema,
          concurrency,
          pollInterval,
          heartbeatInterval,
          attempts,
          backoff,
          maxBackoff,
          timeout,
          drainTimeout,
          traceMode,
          baggageKeys);
    }
  }
}
