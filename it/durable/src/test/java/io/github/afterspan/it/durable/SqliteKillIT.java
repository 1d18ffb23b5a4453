// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it.durable;

import java.nio.file.Path;

class SqliteKillIT extends KillContract {

  @Override
  String newDatabase(int round) {
    return url(directory.resolve("orders-" + round + ".db"));
  }

  static String url(Path file) {
    return "jdbc:sqlite:"
        + file
        + "?journal_mode=WAL&synchronous=FULL&busy_timeout=10000&transaction_mode=IMMEDIATE";
  }
}
