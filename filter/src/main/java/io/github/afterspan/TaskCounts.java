package io.github.afterspan;

import io.github.afterspan.DispatchRejectedException.Reason;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * How the tasks of one name ended, and the attributes of their metrics, built once. The counts are
 * what metrics, status and JMX all report, so that the three can't disagree.
 *
 * <p>Safe for use by several threads.
 */
final class TaskCounts {

  static final AttributeKey<String> TASK_NAME = AttributeKey.stringKey("afterspan.task.name");

  private static final int OUTCOMES = TaskState.values().length;

  final String name;
  final Attributes attributes;
  private final AtomicLongArray byOutcome = new AtomicLongArray(OUTCOMES);
  private final AtomicLongArray byReason = new AtomicLongArray(Reason.values().length);

  TaskCounts(String name) {
    this.name = name;
    this.attributes = Attributes.of(TASK_NAME, name);
  }

  void add(TaskState outcome) {
    byOutcome.incrementAndGet(outcome.ordinal());
  }

  void addRejected(Reason reason) {
    byReason.incrementAndGet(reason.ordinal());
  }

  long of(TaskState outcome) {
    return byOutcome.get(outcome.ordinal());
  }

  long of(Reason reason) {
    return byReason.get(reason.ordinal());
  }
}
