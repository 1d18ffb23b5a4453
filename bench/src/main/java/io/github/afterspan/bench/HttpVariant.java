// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.bench;

/** What the server of the load run does for each request. */
enum HttpVariant {
  /** Answers. */
  NO_FILTER,
  /** Answers behind Afterspan's filter. */
  FILTER,
  /** Answers in a server span, and has a task done by hand-written code, without the filter. */
  HAND_WRITTEN,
  /** Answers in a server span, and dispatches a task. */
  AFTERSPAN;

  boolean hasFilter() {
    return this == FILTER || this == AFTERSPAN;
  }

  boolean hasTask() {
    return this == HAND_WRITTEN || this == AFTERSPAN;
  }
}
