// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.example.orders;

import static java.util.Objects.requireNonNull;

import io.github.afterspan.example.http.Problem;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a client asks for, as it came: any field may be missing.
 *
 * @param email where the confirmation goes to
 * @param item what is ordered
 * @param quantity how many of it
 */
public record NewOrder(@Nullable String email, @Nullable String item, @Nullable Integer quantity) {

  private static final int MAX_EMAIL = 254;
  private static final int MAX_ITEM = 200;
  private static final int MAX_QUANTITY = 1000;

  /** One @ with something on both sides, and nothing that has a meaning in a mail header. */
  private static final Pattern EMAIL =
      Pattern.compile(
          "[^@\\s\\p{Cntrl}<>()\\[\\],;:\\\\\"]+@[^@\\s\\p{Cntrl}<>()\\[\\],;:\\\\\"]+");

  private static final Pattern CONTROL = Pattern.compile("\\p{Cntrl}");

  /**
   * Returns every field that breaks its rule.
   *
   * @return the violations; empty if the order can be placed
   */
  List<Problem.Violation> violations() {
    List<Problem.Violation> violations = new ArrayList<>();
    if (email == null) {
      violations.add(new Problem.Violation("email", "is missing"));
    } else if (email.length() > MAX_EMAIL || !EMAIL.matcher(email).matches()) {
      violations.add(
          new Problem.Violation(
              "email", "must be an address such as ada@example.com, of at most 254 characters"));
    }
    if (item == null) {
      violations.add(new Problem.Violation("item", "is missing"));
    } else if (item.isBlank() || item.length() > MAX_ITEM || CONTROL.matcher(item).find()) {
      violations.add(
          new Problem.Violation("item", "must be 1 to 200 characters, none of them a control"));
    }
    if (quantity == null) {
      violations.add(new Problem.Violation("quantity", "is missing"));
    } else if (quantity < 1 || quantity > MAX_QUANTITY) {
      violations.add(new Problem.Violation("quantity", "must be 1 to 1000, was " + quantity));
    }
    return violations;
  }

  /**
   * Returns the order that this asks for.
   *
   * @throws NullPointerException if a field is missing
   */
  Order toOrder(String id, Instant now, @Nullable String traceId) {
    return new Order(
        id,
        requireNonNull(email, "email"),
        requireNonNull(item, "item"),
        requireNonNull(quantity, "quantity"),
        now.toString(),
        traceId,
        Order.Confirmation.PENDING);
  }
}
