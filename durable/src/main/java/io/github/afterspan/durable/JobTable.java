// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.durable;

import com.github.kagkarlsson.scheduler.jdbc.JdbcCustomization;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * The statements that are ours; db-scheduler has the others. A dead letter is a row whose handler
 * has a prefix that no node resolves, and whose time never comes.
 *
 * <p>Safe for use by several threads; connections are the callers'.
 */
final class JobTable {

  static final String DEAD_PREFIX = "dead:";

  /** When a dead letter is due. */
  static final Instant NEVER = Instant.parse("9999-12-31T00:00:00Z");

  private static final String DEFAULT_NAME = DurableOptions.DEFAULT_TABLE;
  private static final String COLUMNS =
      "task_name, task_instance, task_data, execution_time, picked, picked_by, last_success,"
          + " last_failure, consecutive_failures, last_heartbeat, version";

  private final Database database;
  private final String name;
  private final String insert;

  JobTable(Database database, String name) {
    this.database = database;
    this.name = name;
    insert =
        "insert into "
            + name
            + " (task_name, task_instance, task_data, execution_time, picked, version)"
            + " values (?, ?, ?, ?, ?, ?)"
            + database.orElseNothing;
  }

  /** Stores a job; false if there is one of that handler and id. */
  boolean insert(Connection connection, String handler, String id, byte[] data, Instant runAt)
      throws SQLException {
    JdbcCustomization types = database.customization;
    try (PreparedStatement statement = connection.prepareStatement(insert)) {
      statement.setString(1, handler);
      statement.setString(2, id);
      types.setTaskData(statement, 3, data);
      types.setInstant(statement, 4, runAt);
      statement.setBoolean(5, false);
      statement.setLong(6, 1);
      return statement.executeUpdate() > 0;
    } catch (SQLException e) {
      if (database.orElseNothing.isEmpty() && isDuplicate(e)) {
        return false;
      }
      throw e;
    }
  }

  static boolean isDuplicate(SQLException e) {
    return "23505".equals(e.getSQLState());
  }

  /** Refuses a table that is not there, or not of this shape; or makes it. */
  void require(Connection connection, DurableOptions.Schema schema) throws SQLException {
    SQLException missing = tryOut(connection);
    if (missing != null && schema == DurableOptions.Schema.CREATE) {
      try {
        create(connection);
        missing = null;
      } catch (SQLException e) {
        missing = tryOut(connection); // another node may have been faster
        if (missing != null) {
          missing.addSuppressed(e);
        }
      }
    }
    if (missing != null) {
      throw new IllegalStateException(
          "table \""
              + name
              + "\" must be there with db-scheduler's columns, was not: "
              + missing.getMessage()
              + "; create it with io/github/afterspan/durable/"
              + database.ddlFile()
              + " of afterspan-durable, or let schema=CREATE do that",
          missing);
    }
  }

  private @org.jspecify.annotations.Nullable SQLException tryOut(Connection connection)
      throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet none =
            statement.executeQuery("select " + COLUMNS + " from " + name + " where 1 = 0")) {
      none.next();
      return null;
    } catch (SQLException e) {
      return e;
    } finally {
      if (!connection.getAutoCommit()) {
        connection.rollback(); // PostgreSQL does nothing more in a transaction that has failed
      }
    }
  }

  private void create(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      for (String each : ddl().split(";", -1)) {
        if (!each.isBlank()) {
          statement.execute(each);
        }
      }
      if (!connection.getAutoCommit()) {
        connection.commit();
      }
    }
  }

  private String ddl() {
    try (InputStream in = JobTable.class.getResourceAsStream(database.ddlFile())) {
      if (in == null) {
        throw new IllegalStateException(database.ddlFile() + " is not in the jar");
      }
      String ddl = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      String bare = name.substring(name.lastIndexOf('.') + 1);
      return ddl.replaceAll("(?m)^--.*$", "")
          .replace(DEFAULT_NAME + "_", bare + "_")
          .replaceAll("\\b" + DEFAULT_NAME + "(?!_)\\b", name);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Counts what is in the table. */
  DurableWorkers.Status status(Connection connection, Instant now) throws SQLException {
    JdbcCustomization types = database.customization;
    String query =
        "select sum(case when task_name like 'dead:%' then 1 else 0 end) as dead,"
            + " sum(case when picked = ? then 1 else 0 end) as running,"
            + " sum(case when picked = ? and execution_time <= ? then 1 else 0 end) as ready,"
            + " sum(case when picked = ? and execution_time > ? and task_name not like 'dead:%'"
            + " then 1 else 0 end) as waiting,"
            + " min(case when picked = ? then execution_time else null end) as oldest from "
            + name;
    try (PreparedStatement statement = connection.prepareStatement(query)) {
      statement.setBoolean(1, true);
      statement.setBoolean(2, false);
      types.setInstant(statement, 3, now);
      statement.setBoolean(4, false);
      types.setInstant(statement, 5, now);
      statement.setBoolean(6, false);
      try (ResultSet counts = statement.executeQuery()) {
        counts.next();
        Instant oldest = types.getInstant(counts, "oldest");
        boolean waits = oldest != null && oldest.isBefore(now);
        return new DurableWorkers.Status(
            counts.getLong("ready"),
            counts.getLong("running"),
            counts.getLong("waiting"),
            counts.getLong("dead"),
            waits ? Duration.between(oldest, now) : Duration.ZERO);
      }
    }
  }

  /** The dead letters of all handlers, in no particular order. */
  List<DeadLetter> deadLetters(Connection connection, int limit) throws SQLException {
    String query =
        "select task_name, task_instance, task_data from "
            + name
            + " where task_name like 'dead:%' order by task_name, task_instance limit "
            + limit;
    List<DeadLetter> letters = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(query);
        ResultSet rows = statement.executeQuery()) {
      while (rows.next()) {
        String handler = rows.getString(1).substring(DEAD_PREFIX.length());
        byte[] data = database.customization.getTaskData(rows, "task_data");
        letters.add(Obituary.letter(handler, rows.getString(2), data));
      }
    } catch (IOException e) {
      throw new SQLException("a dead letter is no JSON", e);
    }
    return letters;
  }

  /** Makes a dead letter a job again; false if the letter is not there any more. */
  boolean requeue(Connection connection, DeadLetter letter, Instant now) throws SQLException {
    String select = "select task_data from " + name + " where task_name = ? and task_instance = ?";
    String update =
        "update "
            + name
            + " set task_name = ?, task_instance = ?, task_data = ?, execution_time = ?,"
            + " consecutive_failures = 0, version = version + 1"
            + " where task_name = ? and task_instance = ?";
    String row = DEAD_PREFIX + letter.handler();
    try (PreparedStatement find = connection.prepareStatement(select);
        PreparedStatement revive = connection.prepareStatement(update)) {
      find.setString(1, row);
      find.setString(2, letter.letterId());
      byte[] data;
      try (ResultSet found = find.executeQuery()) {
        if (!found.next()) {
          return false;
        }
        data = Obituary.revive(database.customization.getTaskData(found, "task_data"));
      }
      revive.setString(1, letter.handler());
      revive.setString(2, letter.jobId());
      database.customization.setTaskData(revive, 3, data);
      database.customization.setInstant(revive, 4, now);
      revive.setString(5, row);
      revive.setString(6, letter.letterId());
      return revive.executeUpdate() > 0;
    } catch (IOException e) {
      throw new SQLException("the dead letter is no JSON", e);
    }
  }
}
