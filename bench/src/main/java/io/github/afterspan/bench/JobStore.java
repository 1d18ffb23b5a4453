// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.bench;

import java.sql.Connection;
import java.sql.SQLException;

/** Somebody who keeps a job beside an order, and runs it later. */
interface JobStore extends AutoCloseable {

  /** Stores the job of an order within its transaction. */
  void store(Connection connection, long order) throws SQLException;

  /** Stores a job in a transaction of its own, and has it looked for at once. */
  void storeNow(long order);

  /** Starts to run what is stored. */
  void start();

  /** How many bytes are stored for a job, on average. */
  double storedBytes() throws SQLException;

  @Override
  void close();

  /** Told of a job when its handler is called. */
  @FunctionalInterface
  interface Handler {
    void handle(long order);
  }
}
