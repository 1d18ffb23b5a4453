// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.bench;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicInteger;
import org.sqlite.SQLiteDataSource;

/** What durable jobs are measured on. Acknowledged commits survive a power cut on both. */
enum OrderDatabase {
  SQLITE {
    @Override
    HikariConfig create(Path directory, int number) {
      SQLiteDataSource file = new SQLiteDataSource();
      file.setUrl(
          "jdbc:sqlite:"
              + directory.resolve(number + ".db")
              + "?journal_mode=WAL&synchronous=FULL&busy_timeout=10000&transaction_mode=IMMEDIATE");
      HikariConfig pool = new HikariConfig();
      pool.setDataSource(file);
      return pool;
    }
  },
  POSTGRESQL {
    @Override
    HikariConfig create(Path directory, int number) throws SQLException {
      String name = "orders_" + number;
      try (Connection connection = Server.SHARED.getPostgresDatabase().getConnection();
          Statement statement = connection.createStatement()) {
        statement.execute("create database " + name);
      }
      HikariConfig pool = new HikariConfig();
      pool.setDataSource(Server.SHARED.getDatabase("postgres", name));
      return pool;
    }
  };

  private static final int CONNECTIONS = 12;
  private static final AtomicInteger CREATED = new AtomicInteger();

  /** One server for all of its databases; it ends with the JVM. */
  private static final class Server {
    static final EmbeddedPostgres SHARED = start();

    private static EmbeddedPostgres start() {
      try {
        return EmbeddedPostgres.builder()
            .setServerConfig("fsync", "on")
            .setServerConfig("synchronous_commit", "on")
            .start();
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  abstract HikariConfig create(Path directory, int number) throws SQLException;

  /** A pool of connections to a new database with an empty table of orders. */
  HikariDataSource open(Path directory) throws SQLException {
    HikariConfig config = create(directory, CREATED.incrementAndGet());
    config.setMaximumPoolSize(CONNECTIONS);
    HikariDataSource pool = new HikariDataSource(config);
    try (Connection connection = pool.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("create table orders (id bigint primary key, note text not null)");
    }
    return pool;
  }
}
