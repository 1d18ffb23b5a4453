// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.durable;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What is in the {@code task_data} of a dead letter: the job's own envelope as it was, or its bytes
 * where they could not be read, and in {@code dead} why it was given up. Immutable.
 *
 * @param jobId the job's id, which the row has no more
 * @param reason why
 * @param attempts how many were made
 * @param diedAt when
 */
record Obituary(String jobId, String reason, int attempts, Instant diedAt) {

  private static final int MAX_REASON_LENGTH = 2000;
  private static final String DEAD = "dead";
  private static final String RAW = "raw";

  Obituary {
    if (reason.length() > MAX_REASON_LENGTH) {
      reason = reason.substring(0, MAX_REASON_LENGTH);
    }
  }

  /** The data of the dead letter of a job with the given data. */
  byte[] encode(byte @Nullable [] stored) {
    ObjectNode json;
    try {
      json = Envelope.decode(stored).toJson();
    } catch (Envelope.UnreadableException e) {
      json = Envelope.JSON.createObjectNode();
      json.put(RAW, stored == null ? new byte[0] : stored);
    }
    ObjectNode dead = json.putObject(DEAD);
    dead.put("jobId", jobId);
    dead.put("reason", reason);
    dead.put("attempts", attempts);
    dead.put("at", diedAt.toString());
    try {
      return Envelope.JSON.writeValueAsBytes(json);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree of JSON could not be written", e);
    }
  }

  /** The letter that a row holds. */
  static DeadLetter letter(String handler, String letterId, byte[] stored) throws IOException {
    JsonNode json = Envelope.JSON.readTree(stored);
    JsonNode dead = json.path(DEAD);
    JsonNode payload = json.get("payload");
    return new DeadLetter(
        letterId,
        handler,
        dead.path("jobId").asText(),
        dead.path("reason").asText(),
        dead.path("attempts").asInt(),
        Instant.parse(dead.path("at").asText()),
        payload == null ? null : payload.toString());
  }

  /** The data with which a dead letter starts anew: without a deadline, which has passed. */
  static byte[] revive(byte[] stored) throws IOException {
    JsonNode json = Envelope.JSON.readTree(stored);
    if (json.has(RAW)) {
      return json.get(RAW).binaryValue();
    }
    ObjectNode envelope = (ObjectNode) json;
    envelope.remove(DEAD);
    envelope.remove("deadline");
    envelope.put("attempts", 0);
    return Envelope.JSON.writeValueAsBytes(envelope);
  }
}
