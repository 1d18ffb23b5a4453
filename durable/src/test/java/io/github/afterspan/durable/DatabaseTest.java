// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.durable;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Settings with which a database loses what it has acknowledged. */
@Timeout(60)
class DatabaseTest {

  private static void check(String url) throws SQLException {
    try (Connection connection = DriverManager.getConnection(url)) {
      Database.of(connection).requireDurable(connection);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ";WRITE_DELAY=100"})
  void refusesH2_thatWritesLater(String settings) {
    assertThatThrownBy(() -> check("jdbc:h2:file:" + TestDatabase.file() + settings))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "WRITE_DELAY of H2 must be 0, was %s: H2 loses acknowledged commits when the process"
                + " crashes (about the last half second of them); append ;WRITE_DELAY=0 to its URL",
            settings.isEmpty() ? "500" : "100");
  }

  @ParameterizedTest
  @CsvSource({
    "'', 'journal_mode of SQLite must be WAL, was delete: '",
    "'?journal_mode=WAL&synchronous=NORMAL', 'synchronous of SQLite must be FULL, was 1: '",
    "'?journal_mode=WAL&busy_timeout=0', 'busy_timeout of SQLite must be at least 1000 ms, was 0: '"
  })
  void refusesSqlite_thatLosesOrBlocks(String settings, String message) {
    assertThatThrownBy(() -> check("jdbc:sqlite:" + TestDatabase.file() + settings))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(message)
        .hasMessageEndingWith("; open it with " + Database.SQLITE_SETTINGS);
  }

  @Test
  void takesSqlite_withTheSettingsItAsksFor() {
    assertThatCode(() -> check("jdbc:sqlite:" + TestDatabase.file() + Database.SQLITE_SETTINGS))
        .doesNotThrowAnyException();
  }
}
