// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.durable;

/**
 * Turns payloads into JSON and back. Unless set, Jackson does, with the modules that it finds,
 * without class names in the JSON, and ignoring properties that a type does not know, so that nodes
 * of two versions can live side by side.
 *
 * <p>Must be safe for use by several threads.
 */
public interface PayloadCodec {

  /**
   * Returns the JSON of a payload.
   *
   * @param payload what was enqueued
   * @return one JSON value
   * @throws Exception if it has none; {@code enqueue} refuses the payload
   */
  String encode(Object payload) throws Exception;

  /**
   * Reads a payload.
   *
   * @param <T> the type of the payload
   * @param json what {@link #encode} returned, on some node, maybe in an older version; numbers and
   *     strings may be spelt differently
   * @param type the type that the handler was registered with
   * @return the payload
   * @throws Exception if the JSON is of no such value; the job becomes a dead letter at once
   */
  <T> T decode(String json, Class<T> type) throws Exception;
}
