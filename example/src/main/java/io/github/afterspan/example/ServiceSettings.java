// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.example;

import static java.util.Objects.requireNonNull;

import io.github.afterspan.WorkerOptions;
import io.github.afterspan.example.mail.SmtpServer;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The settings of an {@link OrderService}. Immutable.
 *
 * @param host the name or address it listens on
 * @param port the port; 0 takes any free one
 * @param smtp the mail server, or null for one inside the process
 * @param smtpDelay how long the mail server inside the process takes over each mail
 * @param mailFrom the sender of the mails
 * @param database the JDBC URL of an SQLite or PostgreSQL database for the durable orders, or null
 *     for an SQLite file that goes with the service
 * @param workers the settings of the background workers; their flush is the service's own
 * @param telemetry settings of the OpenTelemetry SDK by their property names, such as {@code
 *     otel.exporter.otlp.endpoint}; they win over system properties and the environment
 */
public record ServiceSettings(
    String host,
    int port,
    @Nullable SmtpServer smtp,
    Duration smtpDelay,
    String mailFrom,
    @Nullable String database,
    WorkerOptions workers,
    Map<String, String> telemetry) {

  /** The address unless set: loopback. */
  public static final String DEFAULT_HOST = "127.0.0.1";

  /** The port unless set: {@value}. */
  public static final int DEFAULT_PORT = 8080;

  /** The delay unless set: 250 ms, about what a mail server over the internet takes. */
  public static final Duration DEFAULT_SMTP_DELAY = Duration.ofMillis(250);

  /** The sender unless set: {@value}. */
  public static final String DEFAULT_MAIL_FROM = "orders@shop.example";

  /**
   * Checks every setting.
   *
   * @throws NullPointerException if one is null that may not be
   * @throws IllegalArgumentException if one breaks its rule
   */
  public ServiceSettings {
    requireNonNull(workers, "workers");
    if (host.isBlank()) {
      throw new IllegalArgumentException("host must not be blank");
    }
    if (port < 0 || port > 65535) {
      throw new IllegalArgumentException("port must be 0 to 65535, was " + port);
    }
    if (smtpDelay.isNegative()) {
      throw new IllegalArgumentException("smtpDelay must not be negative, was " + smtpDelay);
    }
    if (mailFrom.isBlank()) {
      throw new IllegalArgumentException("mailFrom must not be blank");
    }
    if (database != null
        && !database.startsWith("jdbc:sqlite:")
        && !database.startsWith("jdbc:postgresql:")) {
      throw new IllegalArgumentException(
          "database must be a URL that begins with jdbc:sqlite: or jdbc:postgresql:, was "
              + database.replaceFirst("[?;].*", ""));
    }
    telemetry = Map.copyOf(telemetry);
  }

  /**
   * Returns the defaults.
   *
   * @return settings with every value at its default
   */
  public static ServiceSettings defaults() {
    return new ServiceSettings(
        DEFAULT_HOST,
        DEFAULT_PORT,
        null,
        DEFAULT_SMTP_DELAY,
        DEFAULT_MAIL_FROM,
        null,
        WorkerOptions.builder().name("orders").build(),
        Map.of());
  }

  /**
   * Returns these settings with another host.
   *
   * @param host the name or address to listen on
   * @return the new settings
   */
  public ServiceSettings host(String host) {
    return new ServiceSettings(host, port, smtp, smtpDelay, mailFrom, database, workers, telemetry);
  }

  /**
   * Returns these settings with another port.
   *
   * @param port the port; 0 takes any free one
   * @return the new settings
   */
  public ServiceSettings port(int port) {
    return new ServiceSettings(host, port, smtp, smtpDelay, mailFrom, database, workers, telemetry);
  }

  /**
   * Returns these settings with another mail server.
   *
   * @param smtp the server, or null for one inside the process
   * @return the new settings
   */
  public ServiceSettings smtp(@Nullable SmtpServer smtp) {
    return new ServiceSettings(host, port, smtp, smtpDelay, mailFrom, database, workers, telemetry);
  }

  /**
   * Returns these settings with another delay of the mail server inside the process.
   *
   * @param smtpDelay how long it takes over each mail
   * @return the new settings
   */
  public ServiceSettings smtpDelay(Duration smtpDelay) {
    return new ServiceSettings(host, port, smtp, smtpDelay, mailFrom, database, workers, telemetry);
  }

  /**
   * Returns these settings with another sender.
   *
   * @param mailFrom the sender of the mails
   * @return the new settings
   */
  public ServiceSettings mailFrom(String mailFrom) {
    return new ServiceSettings(host, port, smtp, smtpDelay, mailFrom, database, workers, telemetry);
  }

  /**
   * Returns these settings with another database.
   *
   * @param database its JDBC URL, or null for a file that goes with the service
   * @return the new settings
   */
  public ServiceSettings database(@Nullable String database) {
    return new ServiceSettings(host, port, smtp, smtpDelay, mailFrom, database, workers, telemetry);
  }

  /**
   * Returns these settings with other workers.
   *
   * @param workers the settings of the background workers
   * @return the new settings
   */
  public ServiceSettings workers(WorkerOptions workers) {
    return new ServiceSettings(host, port, smtp, smtpDelay, mailFrom, database, workers, telemetry);
  }

  /**
   * Returns these settings with other telemetry.
   *
   * @param telemetry settings of the OpenTelemetry SDK by their property names
   * @return the new settings
   */
  public ServiceSettings telemetry(Map<String, String> telemetry) {
    return new ServiceSettings(host, port, smtp, smtpDelay, mailFrom, database, workers, telemetry);
  }
}
