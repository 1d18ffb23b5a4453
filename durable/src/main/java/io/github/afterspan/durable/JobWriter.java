// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.durable;

import com.fasterxml.jackson.databind.JsonNode;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import javax.sql.DataSource;

/**
 * Checks what is enqueued, and writes it within a PRODUCER span.
 *
 * <p>Safe for use by several threads.
 */
final class JobWriter {

  private final DataSource dataSource;
  private final JobTable table;
  private final Map<String, Registration<?>> handlers;
  private final PayloadCodec codec;
  private final JobTelemetry telemetry;

  JobWriter(
      DataSource dataSource,
      JobTable table,
      Map<String, Registration<?>> handlers,
      PayloadCodec codec,
      JobTelemetry telemetry) {
    this.dataSource = dataSource;
    this.table = table;
    this.handlers = handlers;
    this.codec = codec;
    this.telemetry = telemetry;
  }

  private interface Statement {
    boolean insert(byte[] data, Instant runAt) throws SQLException;
  }

  /** Writes in a transaction of its own. */
  EnqueuedJob write(String handler, Object payload, JobOptions options, Context parent) {
    try {
      String id = id(options);
      return write(
          handler,
          payload,
          options,
          parent,
          id,
          (data, runAt) -> {
            try (Connection connection = dataSource.getConnection()) {
              return insertAndCommit(connection, handler, id, data, runAt);
            }
          });
    } catch (SQLException e) {
      throw new JobStoreException(
          "the job for \"" + handler + "\" was not stored: " + e.getMessage(), e);
    }
  }

  /** Writes in the caller's transaction. */
  EnqueuedJob write(
      Connection connection, String handler, Object payload, JobOptions options, Context parent)
      throws SQLException {
    String id = id(options);
    return write(
        handler,
        payload,
        options,
        parent,
        id,
        (data, runAt) -> table.insert(connection, handler, id, data, runAt));
  }

  private static String id(JobOptions options) {
    String key = options.key();
    return key != null ? key : UUID.randomUUID().toString();
  }

  private boolean insertAndCommit(
      Connection connection, String handler, String id, byte[] data, Instant runAt)
      throws SQLException {
    if (connection.getAutoCommit()) {
      return table.insert(connection, handler, id, data, runAt);
    }
    boolean done = false;
    try {
      boolean inserted = table.insert(connection, handler, id, data, runAt);
      connection.commit();
      done = true;
      return inserted;
    } finally {
      if (!done) {
        connection.rollback();
      }
    }
  }

  private EnqueuedJob write(
      String handler,
      Object payload,
      JobOptions options,
      Context parent,
      String id,
      Statement statement)
      throws SQLException {
    JsonNode json = encode(registration(handler), payload);
    Instant now = Instant.now();
    Instant runAt = options.runAt() == null ? now : options.runAt();
    Span span = telemetry.startSend(handler, id, parent);
    Context context = parent.with(span);
    try (Scope ignored = context.makeCurrent()) {
      Envelope envelope = new Envelope(telemetry.inject(context), now, options.deadline(), 0, json);
      boolean stored = statement.insert(envelope.encode(), runAt);
      if (stored) {
        telemetry.enqueued(handler);
      }
      return new EnqueuedJob(handler, id, !stored);
    } catch (SQLException | RuntimeException | Error e) {
      span.setAttribute(JobTelemetry.ERROR_TYPE, e.getClass().getName());
      span.setStatus(StatusCode.ERROR, String.valueOf(e.getMessage()));
      span.recordException(e);
      throw e;
    } finally {
      span.end();
    }
  }

  private Registration<?> registration(String handler) {
    Registration<?> registration = handlers.get(handler);
    if (registration == null) {
      throw new IllegalArgumentException(
          "handler must be one of "
              + handlers.keySet()
              + ", was \""
              + handler
              + "\"; register it, with runsElsewhere if other nodes have it");
    }
    return registration;
  }

  private JsonNode encode(Registration<?> registration, Object payload) {
    if (!registration.type().isInstance(payload)) {
      throw new IllegalArgumentException(
          "payload of \""
              + registration.name()
              + "\" must be a "
              + registration.type().getName()
              + ", was a "
              + payload.getClass().getName());
    }
    String json;
    JsonNode tree;
    try {
      json = codec.encode(payload);
      tree = Envelope.JSON.readTree(json);
    } catch (Exception e) {
      throw new IllegalArgumentException(
          "payload of \"" + registration.name() + "\" must have a JSON form: " + e.getMessage(), e);
    }
    int length = json.getBytes(StandardCharsets.UTF_8).length;
    if (length > DurableWorkers.MAX_PAYLOAD_BYTES) {
      throw new IllegalArgumentException(
          "payload of \""
              + registration.name()
              + "\" must have at most "
              + DurableWorkers.MAX_PAYLOAD_BYTES
              + " bytes of JSON, was "
              + length);
    }
    return tree;
  }
}
