// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it.jaxrs.app;

import io.github.afterspan.durable.DurableOptions;
import io.github.afterspan.durable.DurableWorkers;
import io.github.afterspan.durable.servlet.DurableContextListener;
import io.opentelemetry.api.GlobalOpenTelemetry;
import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import org.h2.jdbcx.JdbcDataSource;
import org.jspecify.annotations.Nullable;

/**
 * Starts durable workers on a database in memory. They poll next to never: a job that runs was
 * found by the wake-up at the end of its exchange.
 */
public final class DurableListener implements ServletContextListener {

  private static final JdbcDataSource DATABASE = new JdbcDataSource();

  static {
    DATABASE.setURL("jdbc:h2:mem:jobs;DB_CLOSE_DELAY=-1");
  }

  private @Nullable DurableWorkers workers;

  static Connection connect() throws SQLException {
    return DATABASE.getConnection();
  }

  @Override
  public void contextInitialized(ServletContextEvent event) {
    workers =
        DurableWorkers.builder(GlobalOpenTelemetry.get(), DATABASE)
            .options(
                DurableOptions.builder()
                    .schema(DurableOptions.Schema.CREATE)
                    .concurrency(1)
                    .pollInterval(Duration.ofHours(1))
                    .build())
            .handler("mail", String.class, (address, job) -> {})
            .start();
    DurableContextListener.publish(event.getServletContext(), workers);
  }

  @Override
  public void contextDestroyed(ServletContextEvent event) {
    DurableWorkers closed = workers;
    if (closed != null) {
      closed.close();
    }
  }
}
