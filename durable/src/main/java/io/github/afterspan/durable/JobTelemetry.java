// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.durable;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.baggage.Baggage;
import io.opentelemetry.api.baggage.BaggageBuilder;
import io.opentelemetry.api.baggage.propagation.W3CBaggagePropagator;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.context.propagation.TextMapPropagator;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The PRODUCER span, what a job carries of its trace, and the counters. The form that is stored is
 * always W3C's, whatever propagators the application uses: it must be read by every node.
 *
 * <p>Safe for use by several threads.
 */
final class JobTelemetry {

  static final AttributeKey<String> MESSAGE_ID = AttributeKey.stringKey("messaging.message.id");
  static final AttributeKey<Long> ATTEMPT = AttributeKey.longKey("afterspan.durable.attempt");
  static final AttributeKey<String> ERROR_TYPE = AttributeKey.stringKey("error.type");

  private static final String SCOPE = "io.github.afterspan";
  private static final AttributeKey<String> SYSTEM = AttributeKey.stringKey("messaging.system");
  private static final AttributeKey<String> OPERATION_NAME =
      AttributeKey.stringKey("messaging.operation.name");
  private static final AttributeKey<String> OPERATION_TYPE =
      AttributeKey.stringKey("messaging.operation.type");
  private static final AttributeKey<String> DESTINATION =
      AttributeKey.stringKey("messaging.destination.name");

  private static final TextMapPropagator TRACE = W3CTraceContextPropagator.getInstance();
  private static final TextMapPropagator BAGGAGE = W3CBaggagePropagator.getInstance();

  private final Tracer tracer;
  private final Set<String> baggageKeys;
  private final LongCounter enqueued;
  private final LongCounter retries;
  private final LongCounter deadLetters;
  private final LongCounter unknownHandlers;

  JobTelemetry(OpenTelemetry openTelemetry, Set<String> baggageKeys) {
    this.tracer = openTelemetry.getTracer(SCOPE);
    this.baggageKeys = baggageKeys;
    Meter meter = openTelemetry.getMeter(SCOPE);
    enqueued = counter(meter, "afterspan.durable.enqueued", "Jobs that were stored");
    retries = counter(meter, "afterspan.durable.retries", "Attempts that will be made again");
    deadLetters = counter(meter, "afterspan.durable.dead_letters", "Jobs that were given up");
    unknownHandlers =
        counter(
            meter,
            "afterspan.durable.unknown_handlers",
            "Kinds of jobs that this node found and left to others");
  }

  private static LongCounter counter(Meter meter, String name, String description) {
    return meter.counterBuilder(name).setDescription(description).setUnit("{job}").build();
  }

  static Attributes attributes(String operation, String handler) {
    return Attributes.of(
        SYSTEM,
        "db-scheduler",
        OPERATION_NAME,
        operation,
        OPERATION_TYPE,
        operation,
        DESTINATION,
        handler);
  }

  /** Starts the span of a hand-off, below what is current. */
  Span startSend(String handler, String id, Context parent) {
    return tracer
        .spanBuilder("send " + handler)
        .setParent(parent)
        .setSpanKind(SpanKind.PRODUCER)
        .setAllAttributes(attributes("send", handler))
        .setAttribute(MESSAGE_ID, id)
        .startSpan();
  }

  /** What a job stores of a context. */
  Map<String, String> inject(Context context) {
    Map<String, String> carrier = new TreeMap<>();
    TRACE.inject(context, carrier, (to, key, value) -> put(to, key, value));
    if (!baggageKeys.isEmpty()) {
      BaggageBuilder kept = Baggage.builder();
      Baggage.fromContext(context)
          .forEach(
              (key, entry) -> {
                if (baggageKeys.contains(key)) {
                  kept.put(key, entry.getValue(), entry.getMetadata());
                }
              });
      BAGGAGE.inject(
          Context.root().with(kept.build()), carrier, (to, key, value) -> put(to, key, value));
    }
    return carrier;
  }

  private static void put(@Nullable Map<String, String> carrier, String key, String value) {
    if (carrier != null) {
      carrier.put(key, value);
    }
  }

  /** The context that a job stored. */
  static Context extract(Map<String, String> carrier) {
    Context trace = TRACE.extract(Context.root(), carrier, Carrier.INSTANCE);
    return BAGGAGE.extract(trace, carrier, Carrier.INSTANCE);
  }

  void enqueued(String handler) {
    enqueued.add(1, Attributes.of(DESTINATION, handler));
  }

  void retried(String handler) {
    retries.add(1, Attributes.of(DESTINATION, handler));
  }

  void died(String handler) {
    deadLetters.add(1, Attributes.of(DESTINATION, handler));
  }

  void foundUnknownHandler() {
    unknownHandlers.add(1);
  }

  private enum Carrier implements TextMapGetter<Map<String, String>> {
    INSTANCE;

    @Override
    @SuppressWarnings("deprecation") // it has no default
    public Iterable<String> keys(Map<String, String> carrier) {
      return carrier.keySet();
    }

    @Override
    public @Nullable String get(@Nullable Map<String, String> carrier, String key) {
      return carrier == null ? null : carrier.get(key);
    }
  }
}
