// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.durable;

import com.github.kagkarlsson.scheduler.task.Execution;
import com.github.kagkarlsson.scheduler.task.TaskInstance;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A row that this node has claimed. Immutable.
 *
 * @param id the job's id
 * @param data the column, as it is
 * @param due since when it was due
 * @param attempt the number of the attempt that is to be made, or did not survive
 * @param envelope what is in the data; null if that can't be read
 * @param unreadable why it can't be read; null if it can
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record StoredJob(
    String id,
    byte @Nullable [] data,
    Instant due,
    int attempt,
    @Nullable Envelope envelope,
    @Nullable Exception unreadable) {

  static StoredJob of(Execution execution) {
    TaskInstance<?> row = execution.taskInstance;
    byte[] data = (byte[]) row.getData();
    int next = execution.consecutiveFailures + 1;
    try {
      Envelope envelope = Envelope.decode(data);
      int attempt = envelope.attempts() + next;
      return new StoredJob(row.getId(), data, execution.executionTime, attempt, envelope, null);
    } catch (Envelope.UnreadableException e) {
      return new StoredJob(row.getId(), data, execution.executionTime, next, null, e);
    }
  }
}
