// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.durable;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * In what a job differs from others of its handler.
 *
 * <pre>{@code
 * JobOptions tomorrow = JobOptions.defaults().runAt(now.plus(1, DAYS)).key("reminder-" + orderId);
 * }</pre>
 *
 * <p>Immutable, safe for use by several threads.
 *
 * @param runAt when the job may start; null for at once
 * @param deadline when it is too late to start it: a job that no attempt finished by then becomes a
 *     dead letter. Null for never
 * @param key what makes it the same as another: as long as a job with this handler and this key
 *     waits or runs, a second one is not stored. A dead letter does not hold its key. At most
 *     {@value #MAX_KEY_LENGTH} characters; not for secrets, for it is in the table, on spans and in
 *     the log. Null for none
 */
public record JobOptions(
    @Nullable Instant runAt, @Nullable Instant deadline, @Nullable String key) {

  /** The longest key: {@value} characters. */
  public static final int MAX_KEY_LENGTH = 200;

  private static final JobOptions DEFAULTS = new JobOptions(null, null, null);

  /**
   * Checks the options against each other.
   *
   * @throws IllegalArgumentException if the key is blank or too long, or the deadline is not after
   *     the start
   */
  public JobOptions {
    if (key != null && (key.isBlank() || key.length() > MAX_KEY_LENGTH)) {
      throw new IllegalArgumentException(
          "key must not be blank and have at most "
              + MAX_KEY_LENGTH
              + " characters, was "
              + (key.isBlank() ? "\"" + key + "\"" : "one of " + key.length()));
    }
    if (runAt != null && deadline != null && !deadline.isAfter(runAt)) {
      throw new IllegalArgumentException(
          "deadline must be after runAt, was " + deadline + " with runAt " + runAt);
    }
  }

  /**
   * Returns options with nothing set.
   *
   * @return the options
   */
  public static JobOptions defaults() {
    return DEFAULTS;
  }

  /**
   * Returns these options with a time before which the job does not start.
   *
   * @param runAt by the clocks of the nodes
   * @return the new options
   * @throws NullPointerException if the time is null
   * @throws IllegalArgumentException if the deadline is not after it
   */
  public JobOptions runAt(Instant runAt) {
    return new JobOptions(requireNonNull(runAt, "runAt"), deadline, key);
  }

  /**
   * Returns these options with a time from which the job is not started any more.
   *
   * @param deadline by the clocks of the nodes
   * @return the new options
   * @throws NullPointerException if the deadline is null
   * @throws IllegalArgumentException if it is not after the start
   */
  public JobOptions deadline(Instant deadline) {
    return new JobOptions(runAt, requireNonNull(deadline, "deadline"), key);
  }

  /**
   * Returns these options with a key.
   *
   * @param key one job with it waits or runs at a time
   * @return the new options
   * @throws NullPointerException if the key is null
   * @throws IllegalArgumentException if it is blank or too long
   */
  public JobOptions key(String key) {
    return new JobOptions(runAt, deadline, requireNonNull(key, "key"));
  }
}
