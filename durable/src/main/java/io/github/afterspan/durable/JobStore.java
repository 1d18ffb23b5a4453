// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.durable;

import java.sql.Connection;
import java.sql.SQLException;
import javax.naming.InitialContext;
import javax.naming.NamingException;
import javax.sql.DataSource;

/**
 * The data source, for short transactions of our own. Safe for use by several threads.
 *
 * @param dataSource the application's; never closed
 */
record JobStore(DataSource dataSource) {

  /** What is done in a transaction. */
  interface Work<T> {
    T in(Connection connection) throws SQLException;
  }

  /** Finds a container's data source. */
  @SuppressWarnings("BanJNDI") // the name comes from the deployer, as every resource-ref does
  static DataSource lookUp(String jndiName) {
    Object found;
    try {
      found = new InitialContext().lookup(jndiName);
    } catch (NamingException e) {
      throw new IllegalArgumentException(
          "jndiName must be that of a DataSource, was \"" + jndiName + "\": " + e.getMessage(), e);
    }
    if (found instanceof DataSource dataSource) {
      return dataSource;
    }
    throw new IllegalArgumentException(
        "jndiName must be that of a DataSource, was \""
            + jndiName
            + "\": "
            + (found == null ? "nothing" : "a " + found.getClass().getName()));
  }

  /** Does something in a transaction, whether or not the pool has autocommit on. */
  <T> T inTransaction(String what, Work<T> work) {
    try (Connection connection = dataSource.getConnection()) {
      if (connection.getAutoCommit()) {
        return work.in(connection);
      }
      try {
        T result = work.in(connection);
        connection.commit();
        return result;
      } catch (SQLException | RuntimeException | Error e) {
        connection.rollback();
        throw e;
      }
    } catch (SQLException e) {
      throw new JobStoreException("could not " + what + ": " + e.getMessage(), e);
    }
  }
}
