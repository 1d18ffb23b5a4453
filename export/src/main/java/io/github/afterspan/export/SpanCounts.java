// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.export;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.MeterProvider;
import io.opentelemetry.api.metrics.ObservableLongMeasurement;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What became of the background spans: the counter {@code afterspan.spans}, read when somebody
 * collects. A span that goes to two exporters counts twice.
 *
 * <p>Safe for use by several threads.
 */
final class SpanCounts {

  private static final AttributeKey<String> OUTCOME =
      AttributeKey.stringKey("afterspan.span.outcome");

  private final LongAdder exported = new LongAdder();
  private final LongAdder failed = new LongAdder();
  private final LongAdder lost = new LongAdder();
  private final LongAdder unwatched = new LongAdder();
  private final Supplier<@Nullable MeterProvider> meters;
  private final AtomicBoolean observed = new AtomicBoolean();

  SpanCounts(Supplier<@Nullable MeterProvider> meters) {
    this.meters = meters;
  }

  void exported(int spans) {
    exported.add(spans);
    observe();
  }

  /** The exporter refused them, each time. */
  void failed(int spans) {
    failed.add(spans);
    observe();
  }

  /** They never came to the exporter, or it never answered. */
  void lost(int spans) {
    lost.add(spans);
    observe();
  }

  /** More were pending than we watch. */
  void unwatched(int spans) {
    unwatched.add(spans);
    observe();
  }

  /**
   * Makes the counter as soon as there is a meter provider: the SDK's comes after its exporters.
   */
  private void observe() {
    if (observed.get()) {
      return;
    }
    MeterProvider provider = meters.get();
    if (provider != null && observed.compareAndSet(false, true)) {
      provider
          .get(Ledger.SCOPE)
          .counterBuilder("afterspan.spans")
          .setUnit("{span}")
          .setDescription("Spans of background tasks by what became of them")
          .buildWithCallback(this::record);
    }
  }

  private void record(ObservableLongMeasurement spans) {
    record(spans, "exported", exported);
    record(spans, "failed", failed);
    record(spans, "lost", lost);
    record(spans, "unwatched", unwatched);
  }

  private static void record(ObservableLongMeasurement spans, String outcome, LongAdder count) {
    spans.record(count.sum(), Attributes.of(OUTCOME, outcome));
  }

  @Override
  public String toString() {
    return "exported=" + exported + ", failed=" + failed + ", lost=" + lost;
  }
}
