// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan;

import static java.util.Objects.requireNonNull;

import io.github.afterspan.DispatchRejectedException.Reason;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.LongCounter;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * How the tasks of one name ended, and the attributes of their metrics, built once. The counts are
 * what metrics, status and JMX all report, so that the three can't disagree.
 *
 * <p>Safe for use by several threads, except where a method says otherwise.
 */
final class TaskCounts {

  static final AttributeKey<String> TASK_NAME = AttributeKey.stringKey("afterspan.task.name");

  private static final AttributeKey<String> OUTCOME =
      AttributeKey.stringKey("afterspan.task.outcome");
  private static final AttributeKey<String> REJECTION_REASON =
      AttributeKey.stringKey("afterspan.rejection.reason");

  final String name;
  final Attributes attributes;
  private final Map<TaskState, Count> byOutcome = zeros(TaskState.class);
  private final Map<Reason, Count> byReason = zeros(Reason.class);

  TaskCounts(String name) {
    this.name = name;
    this.attributes = Attributes.of(TASK_NAME, name);
  }

  void add(TaskState outcome) {
    count(byOutcome, outcome).incrementAndGet();
  }

  void addRejected(Reason reason) {
    count(byReason, reason).incrementAndGet();
  }

  long of(TaskState outcome) {
    return count(byOutcome, outcome).get();
  }

  long rejected() {
    return byReason.values().stream().mapToLong(AtomicLong::get).sum();
  }

  /** Adds to the counter what came since the last time. By one thread at a time. */
  void tell(LongCounter counter) {
    byOutcome.forEach(
        (outcome, count) ->
            count.tell(counter, () -> attributes.toBuilder().put(OUTCOME, word(outcome)).build()));
    byReason.forEach((reason, count) -> count.tell(counter, () -> rejected(reason)));
  }

  private Attributes rejected(Reason reason) {
    return attributes.toBuilder()
        .put(OUTCOME, "rejected")
        .put(REJECTION_REASON, word(reason))
        .build();
  }

  private static String word(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  private static <E extends Enum<E>> Map<E, Count> zeros(Class<E> type) {
    Map<E, Count> zeros = new EnumMap<>(type);
    for (E constant : type.getEnumConstants()) {
      zeros.put(constant, new Count());
    }
    return zeros;
  }

  private static <E> Count count(Map<E, Count> counts, E of) {
    return requireNonNull(counts.get(of)); // filled with every constant, and never changed
  }

  private static final class Count extends AtomicLong {
    private static final long serialVersionUID = 1L;

    private long told;
    private transient @Nullable Attributes attributes;

    void tell(LongCounter counter, Supplier<Attributes> built) {
      long now = get();
      if (now > told) {
        Attributes known = attributes != null ? attributes : built.get();
        attributes = known;
        counter.add(now - told, known);
        told = now;
      }
    }
  }
}
