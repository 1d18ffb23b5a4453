// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.durable;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcDataSource;
import org.sqlite.SQLiteDataSource;

/** The databases that tests run on, each new and empty. */
enum TestDatabase {
  SQLITE {
    @Override
    DataSource create() {
      SQLiteDataSource dataSource = new SQLiteDataSource();
      dataSource.setUrl("jdbc:sqlite:" + file() + Database.SQLITE_SETTINGS);
      return dataSource;
    }
  },
  H2 {
    @Override
    DataSource create() {
      JdbcDataSource dataSource = new JdbcDataSource();
      dataSource.setURL("jdbc:h2:file:" + file() + ";WRITE_DELAY=0;DB_CLOSE_DELAY=-1");
      return dataSource;
    }
  },
  POSTGRESQL {
    @Override
    DataSource create() {
      String name = "test_" + CREATED.incrementAndGet();
      EmbeddedPostgres server = Server.SHARED;
      try (Connection connection = server.getPostgresDatabase().getConnection();
          Statement statement = connection.createStatement()) {
        statement.execute("create database " + name);
      } catch (SQLException e) {
        throw new IllegalStateException(e);
      }
      return server.getDatabase("postgres", name);
    }
  };

  private static final AtomicInteger CREATED = new AtomicInteger();

  /** One for the JVM, started by the first test that needs it; it ends with the JVM. */
  private static final class Server {
    static final EmbeddedPostgres SHARED = start();

    private static EmbeddedPostgres start() {
      try {
        return EmbeddedPostgres.builder()
            .setServerConfig("fsync", "on")
            .setServerConfig("synchronous_commit", "on")
            .start();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  abstract DataSource create();

  /** Within target, so that the next clean build removes it. */
  static Path file() {
    try {
      return Files.createDirectories(Path.of("target", "databases").toAbsolutePath())
          .resolve(UUID.randomUUID() + ".db");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
