// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.example.orders;

import io.github.afterspan.example.orders.Order.Confirmation;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * The orders, in memory: they are gone when the process is. {@link DurableOrders} has a database.
 *
 * <p>Safe for use by several threads.
 */
public final class OrderStore {

  private final ConcurrentMap<String, Order> orders = new ConcurrentHashMap<>();

  void add(Order order) {
    orders.put(order.id(), order);
  }

  Order confirmation(String id, Confirmation confirmation) {
    Order changed = orders.computeIfPresent(id, (key, order) -> order.with(confirmation));
    if (changed == null) {
      throw new IllegalArgumentException("there is no order " + id);
    }
    return changed;
  }

  Optional<Order> find(String id) {
    return Optional.ofNullable(orders.get(id));
  }

  /**
   * Returns how many orders there are.
   *
   * @return the number
   */
  public int size() {
    return orders.size();
  }
}
