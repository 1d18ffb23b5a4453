// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.durable;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What is in the {@code task_data} column: one JSON object, without class names.
 *
 * <pre>{@code
 * {"v":1, "carrier":{"traceparent":".."}, "enqueuedAt":"..", "deadline":"..", "attempts":0,
 *  "payload":{..}}
 * }</pre>
 *
 * <p>Immutable.
 *
 * @param carrier the trace context
 * @param enqueuedAt when it was stored
 * @param deadline from when it is too late to start; null for none
 * @param attempts attempts that are over and not in the row's own count of failures
 * @param payload any JSON value
 */
record Envelope(
    Map<String, String> carrier,
    Instant enqueuedAt,
    @Nullable Instant deadline,
    int attempts,
    JsonNode payload) {

  static final int VERSION = 1;

  /** Keeps numbers as they are written, and takes one value, not the first of several. */
  static final ObjectMapper JSON =
      JsonMapper.builder()
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
          .build();

  /** What was stored is not of this version, or not of this shape. */
  static final class UnreadableException extends Exception {
    private static final long serialVersionUID = 1L;

    UnreadableException(String message, @Nullable Throwable cause) {
      super(message, cause);
    }
  }

  Envelope withAttempts(int made) {
    return new Envelope(carrier, enqueuedAt, deadline, made, payload);
  }

  byte[] encode() {
    try {
      return JSON.writeValueAsBytes(toJson());
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree of JSON could not be written", e);
    }
  }

  ObjectNode toJson() {
    ObjectNode json = JSON.createObjectNode();
    json.put("v", VERSION);
    ObjectNode headers = json.putObject("carrier");
    carrier.forEach(headers::put);
    json.put("enqueuedAt", enqueuedAt.toString());
    if (deadline != null) {
      json.put("deadline", deadline.toString());
    }
    json.put("attempts", attempts);
    json.set("payload", payload);
    return json;
  }

  static Envelope decode(byte @Nullable [] stored) throws UnreadableException {
    if (stored == null) {
      throw new UnreadableException("the job has no data", null);
    }
    try {
      return read(JSON.readTree(stored));
    } catch (IOException | DateTimeException e) {
      throw new UnreadableException("the job's data is no envelope: " + e.getMessage(), e);
    }
  }

  private static Envelope read(@Nullable JsonNode json) throws UnreadableException {
    if (json == null || !json.isObject()) {
      throw new UnreadableException("the job's data is no envelope: no JSON object", null);
    }
    if (json.path("v").asInt(-1) != VERSION) {
      throw new UnreadableException(
          "the envelope is of version "
              + json.path("v")
              + "; this node knows version "
              + VERSION
              + " only",
          null);
    }
    if (!json.has("payload")) {
      throw new UnreadableException("the envelope has no payload", null);
    }
    Map<String, String> carrier = new TreeMap<>();
    json.path("carrier").properties().forEach(e -> carrier.put(e.getKey(), e.getValue().asText()));
    JsonNode deadline = json.get("deadline");
    return new Envelope(
        carrier,
        Instant.parse(json.path("enqueuedAt").asText()),
        deadline == null ? null : Instant.parse(deadline.asText()),
        json.path("attempts").asInt(0),
        json.path("payload"));
  }
}
