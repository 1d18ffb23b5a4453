// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.example.orders;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * An order that was placed. Immutable, and free of anything of the request it came with, so that a
 * background task may keep it.
 *
 * @param id names it
 * @param email where the confirmation goes to
 * @param item what was ordered
 * @param quantity how many of it
 * @param createdAt when, in ISO-8601
 * @param traceId the trace of the request that placed it, or null if it was not traced
 * @param confirmation what became of the confirmation mail
 */
public record Order(
    String id,
    String email,
    String item,
    int quantity,
    String createdAt,
    @Nullable String traceId,
    Confirmation confirmation) {

  /** What became of the confirmation mail. */
  public enum Confirmation {
    /** It is on its way, or waits for its turn. */
    PENDING,
    /** The mail server took it. */
    SENT,
    /** The mail server refused it, or could not be reached. */
    FAILED,
    /** It was not accepted for sending, because too much was waiting or the service was closing. */
    REFUSED;

    /**
     * Returns the name as JSON has it.
     *
     * @return the name in lower case
     */
    @com.fasterxml.jackson.annotation.JsonValue
    public String json() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  Order with(Confirmation changed) {
    return new Order(id, email, item, quantity, createdAt, traceId, changed);
  }
}
