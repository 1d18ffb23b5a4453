// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.example.orders;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.github.afterspan.durable.DurableDispatcher;
import io.github.afterspan.durable.DurableJob;
import io.github.afterspan.durable.DurableOptions;
import io.github.afterspan.durable.DurableWorkers;
import io.github.afterspan.example.mail.Mailer;
import io.github.afterspan.example.orders.Order.Confirmation;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Span;
import jakarta.mail.MessagingException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Locale;
import java.util.Optional;

/**
 * Orders in a database, whose confirmation mails are jobs in the same database: an order and its
 * mail are stored in one transaction, and the mail is sent even if this process dies first, by
 * whichever process comes next.
 *
 * <p>Safe for use by several threads. Closed by whoever started it.
 */
public final class DurableOrders implements AutoCloseable {

  /** The jobs that send a mail: {@value}. */
  public static final String SEND_CONFIRMATION = "send-confirmation";

  private static final int CONNECTIONS = 8;

  private final HikariDataSource dataSource;
  private final Mailer mailer;
  private final DurableWorkers workers;

  private DurableOrders(HikariDataSource dataSource, Mailer mailer, OpenTelemetry openTelemetry) {
    this.dataSource = dataSource;
    this.mailer = mailer;
    this.workers =
        DurableWorkers.builder(openTelemetry, dataSource)
            .options(
                DurableOptions.builder()
                    .name("durable-orders")
                    .schema(DurableOptions.Schema.CREATE)
                    .concurrency(CONNECTIONS / 2)
                    .build())
            .handler(SEND_CONFIRMATION, ConfirmationJob.class, this::confirm)
            .start();
  }

  /**
   * What a mail needs to know.
   *
   * @param orderId of the order to confirm
   */
  public record ConfirmationJob(String orderId) {}

  /**
   * Opens the database, creates its tables if they are not there, and starts to send what waits.
   *
   * @param jdbcUrl of an SQLite or PostgreSQL database
   * @param mailer sends the mails
   * @param openTelemetry makes the spans
   * @return the orders
   * @throws SQLException if the database does not answer
   * @throws IllegalArgumentException if it could lose what it has acknowledged
   */
  public static DurableOrders start(String jdbcUrl, Mailer mailer, OpenTelemetry openTelemetry)
      throws SQLException {
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(jdbcUrl);
    config.setMaximumPoolSize(CONNECTIONS);
    config.setMinimumIdle(1);
    HikariDataSource dataSource = new HikariDataSource(config);
    try {
      createTable(dataSource);
      return new DurableOrders(dataSource, mailer, openTelemetry);
    } catch (SQLException | RuntimeException e) {
      dataSource.close();
      throw e;
    }
  }

  private static void createTable(HikariDataSource dataSource) throws SQLException {
    try (Connection connection = dataSource.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(
          "create table if not exists orders (id varchar(36) primary key, email varchar(254),"
              + " item varchar(200), quantity integer, created_at varchar(40),"
              + " trace_id varchar(32), confirmation varchar(10))");
    }
  }

  /** Stores an order and the job that sends its mail: both, or neither. */
  void place(Order order, DurableDispatcher durable) throws SQLException {
    try (Connection connection = dataSource.getConnection()) {
      connection.setAutoCommit(false);
      boolean committed = false;
      try {
        add(connection, order, durable);
        connection.commit();
        committed = true;
      } finally {
        if (!committed) {
          connection.rollback();
        }
      }
    }
  }

  /** Does that within a transaction. */
  void add(Connection connection, Order order, DurableDispatcher durable) throws SQLException {
    try (PreparedStatement insert =
        connection.prepareStatement("insert into orders values (?, ?, ?, ?, ?, ?, ?)")) {
      insert.setString(1, order.id());
      insert.setString(2, order.email());
      insert.setString(3, order.item());
      insert.setInt(4, order.quantity());
      insert.setString(5, order.createdAt());
      insert.setString(6, order.traceId());
      insert.setString(7, order.confirmation().json());
      insert.executeUpdate();
    }
    durable.enqueue(connection, SEND_CONFIRMATION, new ConfirmationJob(order.id()));
  }

  Connection connect() throws SQLException {
    return dataSource.getConnection();
  }

  /** Sends the mail. After a failure it is called again, later and later. */
  private void confirm(ConfirmationJob confirmation, DurableJob job)
      throws SQLException, MessagingException {
    Span.current().setAttribute("order.id", confirmation.orderId());
    Order order =
        find(confirmation.orderId())
            .orElseThrow(
                () -> new IllegalStateException("there is no order " + confirmation.orderId()));
    if (order.confirmation() == Confirmation.SENT) {
      return; // by an attempt whose process died before it could say so
    }
    Confirmation outcome = Confirmation.FAILED;
    try {
      ConfirmationMail.send(mailer, order);
      outcome = Confirmation.SENT;
    } finally {
      note(order, outcome);
    }
  }

  private void note(Order order, Confirmation outcome) throws SQLException {
    try (Connection connection = dataSource.getConnection();
        PreparedStatement update =
            connection.prepareStatement("update orders set confirmation = ? where id = ?")) {
      update.setString(1, outcome.json());
      update.setString(2, order.id());
      update.executeUpdate();
    }
  }

  Optional<Order> find(String id) throws SQLException {
    try (Connection connection = dataSource.getConnection();
        PreparedStatement select =
            connection.prepareStatement("select * from orders where id = ?")) {
      select.setString(1, id);
      try (ResultSet found = select.executeQuery()) {
        return found.next() ? Optional.of(order(found)) : Optional.empty();
      }
    }
  }

  private static Order order(ResultSet row) throws SQLException {
    return new Order(
        row.getString("id"),
        row.getString("email"),
        row.getString("item"),
        row.getInt("quantity"),
        row.getString("created_at"),
        row.getString("trace_id"),
        Confirmation.valueOf(row.getString("confirmation").toUpperCase(Locale.ROOT)));
  }

  /**
   * Returns the workers that send the mails.
   *
   * @return the workers, which {@link #close()} closes
   */
  public DurableWorkers workers() {
    return workers;
  }

  /** Lets running mails finish; the others stay in the database. */
  @Override
  public void close() {
    workers.close();
    dataSource.close();
  }
}
