// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it.durable;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.afterspan.it.export.ChildJvm;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Kills a node three times with SIGKILL while it takes orders, and counts. */
@Timeout(value = 2, unit = TimeUnit.HOURS) // at length; each wait has a bound of its own
abstract class KillContract {

  private static final int ROUNDS = Integer.getInteger("afterspan.kill.rounds", 1);
  private static final int ORDERS = Integer.getInteger("afterspan.kill.orders", 80);
  private static final int KILLS = 3;
  private static final int LONGEST_MILLIS = 200;
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  @TempDir Path directory;

  /** The URL of a new database. */
  abstract String newDatabase(int round) throws Exception;

  @Test
  void losesNothingAndRunsNothingRolledBack_whenKilledThreeTimes() throws Exception {
    for (int round = 1; round <= ROUNDS; round++) {
      Path files = directory.resolve("round-" + round);
      assertThat(files.toFile().mkdirs()).isTrue();
      NodeCommand node = NodeCommand.of(newDatabase(round), files);
      for (int kill = 1; kill <= KILLS; kill++) {
        killWhileTakingOrders(node.named("node-" + kill).taking(Integer.MAX_VALUE), kill * ORDERS);
      }
      try (ChildJvm last = node.named("last").start()) {
        assertThat(last.awaitExit()).as("%s", last.log()).isZero();
      }
      check(node, round);
    }
  }

  private void check(NodeCommand node, int round) throws Exception {
    try (OrderDatabase database = new OrderDatabase(node.url())) {
      Tally tally = Tally.of(database, node.files());
      System.out.println(tally.summary(getClass().getSimpleName() + " round " + round));
      tally.assertNothingLost();
      assertThat(tally.rolledBack()).isPositive();
      assertThat(tally.secondAttempts()).as("jobs that were cut by a kill").isPositive();
    }
  }

  static void killWhileTakingOrders(NodeCommand command, int acknowledged) throws Exception {
    try (ChildJvm node = command.start()) {
      assertThat(node.port()).isPositive();
      Awaitility.await()
          .atMost(PATIENCE)
          .pollDelay(Duration.ZERO)
          .pollInterval(Duration.ofMillis(5))
          .failFast("the node died", () -> !node.isAlive())
          .until(() -> OrderFiles.ids(command.files().acknowledged()).size() >= acknowledged);
      TimeUnit.MILLISECONDS.sleep(ThreadLocalRandom.current().nextInt(LONGEST_MILLIS));
      node.kill();
    }
  }
}
