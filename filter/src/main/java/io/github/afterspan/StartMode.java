// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan;

/**
 * When a task may start, seen from the exchange (one request and its response) that dispatched it.
 *
 * <p>The response is over when the container has the exchange back: the outermost filter returned
 * without asynchronous processing, or asynchronous processing completed. The application can no
 * longer write then, but the last bytes may be on their way to the client for some microseconds. A
 * dispatcher that belongs to no exchange starts every task immediately.
 */
public enum StartMode {
  /** As soon as a worker is free, also while the request is still being handled. The default. */
  IMMEDIATELY,
  /** Once the response is over, also when the handler failed. */
  AFTER_RESPONSE,
  /**
   * Once the response is over, provided that no exception left the handler and the status is below
   * 400. Otherwise, and when the workers are drained before the response is over, the task is
   * {@link TaskState#SKIPPED}.
   */
  AFTER_SUCCESSFUL_RESPONSE
}
