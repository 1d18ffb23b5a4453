// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.durable;

import com.github.kagkarlsson.scheduler.jdbc.DefaultJdbcCustomization;
import com.github.kagkarlsson.scheduler.jdbc.JdbcCustomization;
import com.github.kagkarlsson.scheduler.jdbc.PostgreSqlJdbcCustomization;
import com.github.kagkarlsson.scheduler.jdbc.SqliteJdbcCustomization;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;

/** What differs between the databases, and what each must be set to so that a commit lasts. */
enum Database {
  POSTGRESQL(
      "PostgreSQL", " on conflict do nothing", new PostgreSqlJdbcCustomization(false, false)) {
    @Override
    void requireDurable(Connection connection) throws SQLException {
      if ("off".equals(ask(connection, "show fsync"))) {
        warn("PostgreSQL runs with fsync=off: a power cut may lose jobs, and the database");
      }
      if ("off".equals(ask(connection, "show synchronous_commit"))) {
        throw new IllegalArgumentException(
            "synchronous_commit of PostgreSQL must not be off, was off: a crash of the server would"
                + " lose acknowledged commits");
      }
    }
  },

  SQLITE("SQLite", " on conflict do nothing", new SqliteJdbcCustomization()) {
    @Override
    void requireDurable(Connection connection) throws SQLException {
      String journal = String.valueOf(ask(connection, "pragma journal_mode"));
      if (journal.equalsIgnoreCase("memory") || journal.equalsIgnoreCase("off")) {
        warn(
            "SQLite runs with journal_mode="
                + journal
                + ", in memory maybe: no job outlives this JVM for certain");
      } else if (!journal.equalsIgnoreCase("wal")) {
        throw new IllegalArgumentException(
            "journal_mode of SQLite must be WAL, was "
                + journal
                + ": readers and the writer would block each other; open it with "
                + SQLITE_SETTINGS);
      }
      if (number(ask(connection, "pragma synchronous")) < SQLITE_SYNCHRONOUS_FULL) {
        throw new IllegalArgumentException(
            "synchronous of SQLite must be FULL, was "
                + ask(connection, "pragma synchronous")
                + ": a power cut would lose acknowledged commits; open it with "
                + SQLITE_SETTINGS);
      }
      if (number(ask(connection, "pragma busy_timeout")) < SQLITE_LEAST_BUSY_MILLIS) {
        throw new IllegalArgumentException(
            "busy_timeout of SQLite must be at least "
                + SQLITE_LEAST_BUSY_MILLIS
                + " ms, was "
                + ask(connection, "pragma busy_timeout")
                + ": there is one writer at a time, and the others wait that long; open it with "
                + SQLITE_SETTINGS);
      }
    }
  },

  H2("H2", "", new DefaultJdbcCustomization(false)) {
    @Override
    void requireDurable(Connection connection) throws SQLException {
      String delay =
          ask(
              connection,
              "select setting_value from information_schema.settings"
                  + " where setting_name = 'WRITE_DELAY'");
      if (!"0".equals(delay)) {
        throw new IllegalArgumentException(
            "WRITE_DELAY of H2 must be 0, was "
                + delay
                + ": H2 loses acknowledged commits when the process crashes (about the last half"
                + " second of them); append ;WRITE_DELAY=0 to its URL");
      }
      if (String.valueOf(connection.getMetaData().getURL()).startsWith("jdbc:h2:mem:")) {
        warn("H2 runs in memory: no job outlives this JVM");
      }
    }
  };

  static final String SQLITE_SETTINGS =
      "?journal_mode=WAL&synchronous=FULL&busy_timeout=10000&transaction_mode=IMMEDIATE";

  private static final int SQLITE_SYNCHRONOUS_FULL = 2;
  private static final int SQLITE_LEAST_BUSY_MILLIS = 1000;
  private static final Logger LOGGER = System.getLogger("io.github.afterspan.durable");

  final String product;

  /** Makes an INSERT pass over a key that is taken; empty where that fails no transaction. */
  final String orElseNothing;

  @SuppressWarnings("ImmutableEnumChecker") // it has no state that changes
  final JdbcCustomization customization;

  Database(String product, String orElseNothing, JdbcCustomization customization) {
    this.product = product;
    this.orElseNothing = orElseNothing;
    this.customization = customization;
  }

  /** Refuses a database whose settings let it lose what it has acknowledged. */
  abstract void requireDurable(Connection connection) throws SQLException;

  /** Whether due jobs can be claimed with one statement for all of them. */
  boolean claimsAtFetch() {
    return this == POSTGRESQL;
  }

  String ddlFile() {
    return product.toLowerCase(java.util.Locale.ROOT) + ".sql";
  }

  static Database of(Connection connection) throws SQLException {
    String found = connection.getMetaData().getDatabaseProductName();
    for (Database database : values()) {
      if (database.product.equals(found)) {
        return database;
      }
    }
    throw new IllegalArgumentException(
        "the database must be PostgreSQL, SQLite or H2, was " + found);
  }

  static @Nullable String ask(Connection connection, String question) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet answer = statement.executeQuery(question)) {
      return answer.next() ? answer.getString(1) : null;
    }
  }

  private static int number(@Nullable String answer) {
    return answer == null ? 0 : Integer.parseInt(answer);
  }

  static void warn(String message) {
    LOGGER.log(Level.WARNING, message);
  }
}
