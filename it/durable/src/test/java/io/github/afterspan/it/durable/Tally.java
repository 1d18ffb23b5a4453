// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it.durable;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.afterspan.it.durable.OrderDatabase.Entry;
import io.github.afterspan.it.durable.OrderDatabase.Placed;
import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What became of the orders, by what was said to clients and what is in the database.
 *
 * @param acknowledged orders that a client was told of
 * @param rolledBack orders that were rolled back after their job was enqueued
 * @param committed orders in the database: those acknowledged, and at most a few more at each kill
 * @param lost acknowledged, and not in the database
 * @param neverRun in the database, and no job finished
 * @param ranForNothing jobs that ran for no order in the database
 * @param ranAgain orders whose job finished more than once
 * @param secondAttempts jobs that were finished by a later attempt than the first
 * @param strayed entries of another trace than their order's, or without its baggage
 */
record Tally(
    int acknowledged,
    int rolledBack,
    int committed,
    List<String> lost,
    List<String> neverRun,
    List<String> ranForNothing,
    List<String> ranAgain,
    long secondAttempts,
    List<Entry> strayed) {

  static Tally of(OrderDatabase database, OrderFiles files) throws SQLException, IOException {
    List<String> acknowledged = OrderFiles.ids(files.acknowledged());
    Map<String, Placed> orders = new HashMap<>();
    database.orders().forEach(order -> orders.put(order.order(), order));
    Set<String> ran = new HashSet<>();
    List<String> ranAgain = new ArrayList<>();
    List<String> ranForNothing = new ArrayList<>();
    List<Entry> strayed = new ArrayList<>();
    List<Entry> ledger = database.ledger();
    for (Entry entry : ledger) {
      Placed order = orders.get(entry.order());
      if (order == null) {
        ranForNothing.add(entry.order());
      } else if (!order.trace().equals(entry.trace()) || !order.tenant().equals(entry.tenant())) {
        strayed.add(entry);
      }
      if (!ran.add(entry.order())) {
        ranAgain.add(entry.order());
      }
    }
    return new Tally(
        acknowledged.size(),
        OrderFiles.ids(files.rolledBack()).size(),
        orders.size(),
        acknowledged.stream().filter(id -> !orders.containsKey(id)).toList(),
        orders.keySet().stream().filter(id -> !ran.contains(id)).toList(),
        ranForNothing,
        ranAgain,
        ledger.stream().filter(entry -> entry.attempt() > 1).count(),
        strayed);
  }

  /** Checks all that is promised; that a job ran again is not promised away. */
  void assertNothingLost() {
    assertThat(lost).as("acknowledged and lost").isEmpty();
    assertThat(neverRun).as("committed and never run").isEmpty();
    assertThat(ranForNothing).as("rolled back and run").isEmpty();
    assertThat(strayed).as("in another trace, or without its baggage").isEmpty();
    assertThat(committed).isGreaterThanOrEqualTo(acknowledged);
  }

  String summary(String of) {
    return "%s: %d acknowledged, %d lost; %d rolled back, %d of them run; %d committed, %d never run,"
            .formatted(
                of,
                acknowledged,
                lost.size(),
                rolledBack,
                ranForNothing.size(),
                committed,
                neverRun.size())
        + " %d ran again, %d finished by a second attempt or later; %d in another trace"
            .formatted(ranAgain.size(), secondAttempts, strayed.size());
  }
}
