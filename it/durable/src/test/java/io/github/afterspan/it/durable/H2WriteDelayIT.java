// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it.durable;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The control of {@link H2KillIT}, and why H2 is refused with its default write delay: orders
 * without jobs, which our refusal does not reach, are lost.
 */
@Timeout(300)
class H2WriteDelayIT {

  private static final int MOST_KILLS = 5;

  @TempDir Path directory;

  @Test
  void losesAcknowledgedCommits_whenWriteDelayIsTheDefault() throws Exception {
    String url = "jdbc:h2:file:" + directory.resolve("orders");
    NodeCommand node = NodeCommand.of(url, directory).withoutJobs().taking(Integer.MAX_VALUE);
    Tally tally = null;
    for (int kill = 1; kill <= MOST_KILLS && (tally == null || tally.lost().isEmpty()); kill++) {
      KillContract.killWhileTakingOrders(node, kill * 100);
      try (OrderDatabase database = new OrderDatabase(url)) {
        database.createTables();
        tally = Tally.of(database, node.files());
      }
      System.out.println(tally.summary("H2 with its default write delay, kill " + kill));
    }

    assertThat(tally.lost()).isNotEmpty();
  }
}
