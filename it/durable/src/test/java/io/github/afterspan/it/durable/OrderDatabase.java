// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it.durable;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/**
 * The tables of an application that takes orders: what was ordered, and what jobs did about it.
 * Safe for use by several threads.
 */
final class OrderDatabase implements AutoCloseable {

  /** The workers' threads, the producers, the engine's own, and whoever looks. */
  private static final int CONNECTIONS = 10;

  final HikariDataSource dataSource;

  OrderDatabase(String url) {
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(url);
    config.setMaximumPoolSize(CONNECTIONS);
    config.setMinimumIdle(1);
    dataSource = new HikariDataSource(config);
  }

  void createTables() throws SQLException {
    execute(
        "create table if not exists orders (id varchar(40) primary key, trace varchar(32),"
            + " tenant varchar(40))");
    execute(
        "create table if not exists ledger (job varchar(40), order_id varchar(40),"
            + " trace varchar(32), tenant varchar(40), attempt integer, node varchar(60))");
  }

  /** An order that was placed. */
  record Placed(String order, String trace, String tenant) {}

  /** Adds a row within the caller's transaction. */
  static void addOrder(Connection connection, Placed placed) throws SQLException {
    try (PreparedStatement insert =
        connection.prepareStatement("insert into orders values (?, ?, ?)")) {
      insert.setString(1, placed.order());
      insert.setString(2, placed.trace());
      insert.setString(3, placed.tenant());
      insert.executeUpdate();
    }
  }

  /** What an attempt at a job wrote down about itself. */
  record Entry(String job, String order, String trace, String tenant, int attempt, String node) {}

  void addEntry(Entry entry) throws SQLException {
    try (Connection connection = dataSource.getConnection();
        PreparedStatement insert =
            connection.prepareStatement("insert into ledger values (?, ?, ?, ?, ?, ?)")) {
      insert.setString(1, entry.job());
      insert.setString(2, entry.order());
      insert.setString(3, entry.trace());
      insert.setString(4, entry.tenant());
      insert.setInt(5, entry.attempt());
      insert.setString(6, entry.node());
      insert.executeUpdate();
    }
  }

  List<Placed> orders() throws SQLException {
    List<Placed> orders = new ArrayList<>();
    for (List<String> row : rows("select id, trace, tenant from orders")) {
      orders.add(new Placed(row.get(0), row.get(1), row.get(2)));
    }
    return orders;
  }

  List<Entry> ledger() throws SQLException {
    List<Entry> entries = new ArrayList<>();
    for (List<String> row :
        rows("select job, order_id, trace, tenant, attempt, node from ledger")) {
      entries.add(
          new Entry(
              row.get(0),
              row.get(1),
              row.get(2),
              row.get(3),
              Integer.parseInt(row.get(4)),
              row.get(5)));
    }
    return entries;
  }

  /** The ids of the jobs that a node has claimed. */
  List<String> claimedBy(String node) throws SQLException {
    return rows(
            "select task_instance from background_jobs where picked and picked_by = '" + node + "'")
        .stream()
        .map(row -> row.get(0))
        .toList();
  }

  /** How many jobs there are, those that run included. */
  int jobs() throws SQLException {
    return rows("select task_instance from background_jobs").size();
  }

  private List<List<String>> rows(String query) throws SQLException {
    List<List<String>> rows = new ArrayList<>();
    try (Connection connection = dataSource.getConnection();
        Statement statement = connection.createStatement();
        ResultSet found = statement.executeQuery(query)) {
      while (found.next()) {
        List<String> row = new ArrayList<>();
        for (int i = 1; i <= found.getMetaData().getColumnCount(); i++) {
          row.add(String.valueOf(found.getString(i)));
        }
        rows.add(row);
      }
    }
    return rows;
  }

  void execute(String sql) throws SQLException {
    try (Connection connection = dataSource.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  @Override
  public void close() {
    dataSource.close();
  }
}
