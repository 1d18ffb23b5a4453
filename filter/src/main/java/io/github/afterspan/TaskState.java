// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan;

/**
 * Where a task is in its life. A task moves only forward, and reaches exactly one of the final
 * states; {@link #isFinal()} tells which those are.
 */
public enum TaskState {
  /** Accepted, and held back until the exchange that dispatched it is over. */
  AWAITING_RESPONSE(false),
  /** Accepted, and waiting for a worker. */
  QUEUED(false),
  /** Its body runs. */
  RUNNING(false),
  /** The body returned. */
  SUCCEEDED(true),
  /** The body threw, or its span could not be started. */
  FAILED(true),
  /** The timeout passed while the body ran, or the queue timeout while the task waited. */
  TIMED_OUT(true),
  /** Cancelled by {@link DispatchedTask#cancel()}, or gave way when the drain asked it to stop. */
  CANCELLED(true),
  /** Not started, since it asked for a successful response and there was none. */
  SKIPPED(true),
  /** Still unfinished when the drain ended. */
  ABANDONED(true);

  private final boolean isFinal;

  TaskState(boolean isFinal) {
    this.isFinal = isFinal;
  }

  /**
   * Tells whether this state is an outcome, which a task never leaves.
   *
   * @return true for the six outcomes, false while the task waits or runs
   */
  public boolean isFinal() {
    return isFinal;
  }
}
