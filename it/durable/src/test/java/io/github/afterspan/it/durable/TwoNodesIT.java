// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it.durable;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.afterspan.durable.DeadLetter;
import io.github.afterspan.durable.DurableWorkers;
import io.github.afterspan.it.durable.OrderDatabase.Entry;
import io.github.afterspan.it.durable.OrderDatabase.Placed;
import io.github.afterspan.it.export.ChildJvm;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Nodes in two JVMs that share a PostgreSQL, of which one is killed, or kills itself. */
@Timeout(300)
class TwoNodesIT {

  private static final int ORDERS = 40;

  /** A job of a node that is gone is another's after six heartbeats and a poll. */
  private static final Duration TAKEOVER = OrderNode.HEARTBEAT.multipliedBy(6);

  /** What a loaded machine may add; the engine's own default would be half an hour. */
  private static final Duration PATIENCE = TAKEOVER.plusSeconds(30);

  private static Postgres server;

  @TempDir Path directory;

  @BeforeAll
  static void start() throws Exception {
    server = Postgres.start();
  }

  @AfterAll
  static void stop() throws Exception {
    server.close();
  }

  @Test
  void survivorFinishesAllJobs_whenNodeIsKilledWithJobsInFlight() throws Exception {
    String url = server.newDatabase("takeover");
    NodeCommand command =
        NodeCommand.of(url, directory).named("killed").working(400).taking(Integer.MAX_VALUE);
    try (ChildJvm killed = command.start();
        OrderDatabase database = new OrderDatabase(url)) {
      assertThat(killed.port()).isPositive();
      try (OrderNode survivor =
          new OrderNode(OrderNode.telemetry(), database, "survivor", 20, OrderNode.options())) {
        await()
            .atMost(PATIENCE)
            .pollInterval(Duration.ofMillis(10))
            .until(
                () ->
                    OrderFiles.ids(command.files().acknowledged()).size() >= ORDERS
                        && database.claimedBy("killed").size() > 1);
        killed.kill();
        long start = System.nanoTime();
        List<String> inFlight = database.claimedBy("killed");
        assertThat(inFlight).isNotEmpty();

        await()
            .atMost(PATIENCE)
            .pollInterval(Duration.ofMillis(50))
            .until(() -> ran(database).containsAll(inFlight));
        Duration took = Duration.ofNanos(System.nanoTime() - start);
        survivor.awaitNoJobs();
        Tally tally = Tally.of(database, command.files());
        System.out.printf(
            "%s%n  %d in flight at the kill, finished elsewhere %d ms later%n",
            tally.summary("two nodes, one killed"), inFlight.size(), took.toMillis());
        tally.assertNothingLost();
        assertThat(database.ledger())
            .filteredOn(entry -> inFlight.contains(entry.job()))
            .filteredOn(entry -> entry.node().equals("survivor"))
            .hasSameSizeAs(inFlight)
            .allSatisfy(entry -> assertThat(entry.attempt()).isEqualTo(2));
      }
    }
  }

  private static List<String> ran(OrderDatabase database) throws Exception {
    return database.ledger().stream().map(Entry::job).toList();
  }

  @Test
  void buriesJob_whenNoJvmSurvivesIt() throws Exception {
    String url = server.newDatabase("poison");
    NodeCommand command = NodeCommand.of(url, directory).attempting(2);
    try (OrderDatabase database = new OrderDatabase(url)) {
      database.createTables();
      String poison;
      try (DurableWorkers desk =
          DurableWorkers.builder(OrderNode.telemetry(), database.dataSource)
              .options(OrderNode.options().concurrency(0).build())
              .runsElsewhere(OrderNode.POISON, String.class)
              .runsElsewhere(OrderNode.RECORD, Placed.class)
              .start()) {
        poison = desk.dispatcher().enqueue(OrderNode.POISON, "for the test").id();
        desk.dispatcher().enqueue(OrderNode.RECORD, new Placed("healthy", "", ""));
      }
      for (int attempt = 1; attempt <= 2; attempt++) {
        try (ChildJvm node = command.named("victim-" + attempt).start()) {
          assertThat(node.awaitExit()).as("%s", node.log()).isEqualTo(OrderNode.POISON_STATUS);
        }
      }

      try (OrderNode last =
          new OrderNode(
              OrderNode.telemetry(), database, "last", 0, OrderNode.options().attempts(2))) {
        DeadLetter letter =
            await()
                .atMost(PATIENCE)
                .until(() -> last.workers.deadLetters(10), letters -> !letters.isEmpty())
                .get(0);
        last.awaitNoJobs();

        assertThat(letter.jobId()).isEqualTo(poison);
        assertThat(letter.attempts()).isEqualTo(2);
        assertThat(letter.reason())
            .startsWith("attempt 2 was the last, and failed: node victim-2 died");
        assertThat(last.workers.deadLetters(10)).hasSize(1);
        assertThat(database.ledger()).extracting(Entry::order).containsExactly("healthy");
      }
    }
  }
}
