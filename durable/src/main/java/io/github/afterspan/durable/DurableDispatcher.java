// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.durable;

import java.sql.Connection;
import java.sql.SQLException;

/**
 * Stores jobs in the database, for a named handler to run at least once, on any node, in the same
 * trace.
 *
 * <pre>{@code
 * try (Connection connection = dataSource.getConnection()) {
 *   connection.setAutoCommit(false);
 *   orders.insert(connection, order);
 *   durable.enqueue(connection, "send-confirmation", new Mail(order.email(), order.id()));
 *   connection.commit(); // the order and its mail, or neither
 * }
 * }</pre>
 *
 * <p>At the limits: a payload of more than {@value DurableWorkers#MAX_PAYLOAD_BYTES} bytes is
 * refused, as are a handler nobody registered and a payload of another type than its handler's.
 * When the database is away, so is {@code enqueue}: nothing is kept in memory. What was committed
 * waits for as long as it takes.
 *
 * <p>Jobs are run in no particular order, and now and then twice: after a crash, and when a node
 * stalls for longer than its heartbeats allow. A {@link DurableHandler} must be idempotent.
 *
 * <p>Safe for use by several threads, also after the request that it came with is over. Owned by
 * {@link DurableWorkers}; those who enqueue close nothing.
 */
public interface DurableDispatcher {

  /**
   * Stores a job in a short transaction of its own, as {@link #enqueue(String, Object, JobOptions)}
   * with the default options.
   *
   * @param handler the name of a registered handler
   * @param payload what the handler gets; becomes JSON now
   * @return the stored job
   * @throws IllegalArgumentException if the handler is unknown, or the payload is not for it
   * @throws JobStoreException if the database did not take it
   */
  default EnqueuedJob enqueue(String handler, Object payload) {
    return enqueue(handler, payload, JobOptions.defaults());
  }

  /**
   * Stores a job in a short transaction of its own. Once this returns, the job survives a crash;
   * this node looks for it at once. Must not be called within a transaction on SQLite that has
   * written already: there is one writer at a time, and this one would wait for its caller.
   *
   * @param handler the name of a registered handler
   * @param payload what the handler gets; becomes JSON now
   * @param options when it may start, until when, and what it is the same as
   * @return the stored job; or, for a key that is taken, a note of that
   * @throws NullPointerException if an argument is null
   * @throws IllegalArgumentException if the handler is unknown, or the payload is of another type
   *     than the handler's, has no JSON form, or one of more than {@value
   *     DurableWorkers#MAX_PAYLOAD_BYTES} bytes
   * @throws JobStoreException if the database did not take it; then no job is stored, unless the
   *     connection broke while it committed
   */
  EnqueuedJob enqueue(String handler, Object payload, JobOptions options);

  /**
   * Stores a job within the caller's transaction, as {@link #enqueue(Connection, String, Object,
   * JobOptions)} with the default options.
   *
   * @param connection of the same database; neither committed nor closed
   * @param handler the name of a registered handler
   * @param payload what the handler gets; becomes JSON now
   * @return the job, which is there once the caller commits
   * @throws SQLException if the database did not take it
   * @throws IllegalArgumentException if the handler is unknown, or the payload is not for it
   */
  default EnqueuedJob enqueue(Connection connection, String handler, Object payload)
      throws SQLException {
    return enqueue(connection, handler, payload, JobOptions.defaults());
  }

  /**
   * Stores a job within the caller's transaction: it is there when that commits, and never was if
   * that rolls back. One plain INSERT, and nothing else happens to the connection.
   *
   * <p>The dispatcher of an exchange has this node look for the job when the exchange is over.
   * Elsewhere, call {@link DurableWorkers#wakeUp()} after the commit, or the job waits for the next
   * poll.
   *
   * @param connection of the same database; neither committed nor closed
   * @param handler the name of a registered handler
   * @param payload what the handler gets; becomes JSON now
   * @param options when it may start, until when, and what it is the same as
   * @return the job, which is there once the caller commits; or, for a key that is taken, a note of
   *     that. A taken key does not fail the transaction, on PostgreSQL neither
   * @throws NullPointerException if an argument is null
   * @throws IllegalArgumentException as above
   * @throws SQLException if the database did not take it; the transaction should be rolled back
   */
  EnqueuedJob enqueue(Connection connection, String handler, Object payload, JobOptions options)
      throws SQLException;

  /**
   * Returns the real dispatcher behind an injection proxy. Called on the request's thread, it gives
   * an object that can be used on any thread.
   *
   * @return this, unless this is a proxy
   */
  default DurableDispatcher unwrap() {
    return this;
  }
}
