// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan;

import static java.util.Objects.requireNonNull;

import io.github.afterspan.DispatchRejectedException.Reason;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How the tasks of one name ended, and the attributes of their metrics, built once. The counts are
 * what metrics, status and JMX all report, so that the three can't disagree.
 *
 * <p>Safe for use by several threads.
 */
final class TaskCounts {

  static final AttributeKey<String> TASK_NAME = AttributeKey.stringKey("afterspan.task.name");

  final String name;
  final Attributes attributes;
  private final Map<TaskState, AtomicLong> byOutcome = zeros(TaskState.class);
  private final Map<Reason, AtomicLong> byReason = zeros(Reason.class);

  TaskCounts(String name) {
    this.name = name;
    this.attributes = Attributes.of(TASK_NAME, name);
  }

  void add(TaskState outcome) {
    counter(byOutcome, outcome).incrementAndGet();
  }

  void addRejected(Reason reason) {
    counter(byReason, reason).incrementAndGet();
  }

  long of(TaskState outcome) {
    return counter(byOutcome, outcome).get();
  }

  long of(Reason reason) {
    return counter(byReason, reason).get();
  }

  long rejected() {
    return byReason.values().stream().mapToLong(AtomicLong::get).sum();
  }

  private static <E extends Enum<E>> Map<E, AtomicLong> zeros(Class<E> type) {
    Map<E, AtomicLong> zeros = new EnumMap<>(type);
    for (E constant : type.getEnumConstants()) {
      zeros.put(constant, new AtomicLong());
    }
    return zeros;
  }

  private static <E> AtomicLong counter(Map<E, AtomicLong> counters, E of) {
    return requireNonNull(counters.get(of)); // filled with every constant, and never changed
  }
}
