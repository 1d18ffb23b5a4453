// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.DoubleHistogramBuilder;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.metrics.MeterBuilder;
import io.opentelemetry.api.metrics.MeterProvider;
import io.opentelemetry.api.trace.TracerProvider;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.ContextPropagators;
import java.lang.reflect.Proxy;

/** Another OpenTelemetry, but for one histogram that throws whatever is recorded. */
final class BrokenInstrument implements OpenTelemetry {

  private final OpenTelemetry intact;
  private final TracerProvider tracers;
  private final String instrument;
  private final RuntimeException thrown;

  BrokenInstrument(OpenTelemetry intact, String instrument, RuntimeException thrown) {
    this(intact, intact.getTracerProvider(), instrument, thrown);
  }

  private BrokenInstrument(
      OpenTelemetry intact, TracerProvider tracers, String instrument, RuntimeException thrown) {
    this.intact = intact;
    this.tracers = tracers;
    this.instrument = instrument;
    this.thrown = thrown;
  }

  /** The same with tracers of its own. */
  BrokenInstrument with(TracerProvider other) {
    return new BrokenInstrument(intact, other, instrument, thrown);
  }

  @Override
  public TracerProvider getTracerProvider() {
    return tracers;
  }

  @Override
  public ContextPropagators getPropagators() {
    return ContextPropagators.noop();
  }

  @Override
  public MeterProvider getMeterProvider() {
    return new MeterProvider() {
      @Override
      public MeterBuilder meterBuilder(String scope) {
        throw new UnsupportedOperationException("get(scope) is what the engine calls");
      }

      @Override
      public Meter get(String scope) {
        return broken(intact.getMeterProvider().get(scope));
      }
    };
  }

  private Meter broken(Meter meter) {
    return proxy(
        Meter.class,
        (self, method, arguments) ->
            method.getName().equals("histogramBuilder") && instrument.equals(arguments[0])
                ? builder()
                : method.invoke(meter, arguments));
  }

  private DoubleHistogramBuilder builder() {
    return proxy(
        DoubleHistogramBuilder.class,
        (self, method, arguments) ->
            method.getName().equals("build") ? new BrokenHistogram() : self);
  }

  private static <T> T proxy(Class<T> type, java.lang.reflect.InvocationHandler handler) {
    return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
  }

  private final class BrokenHistogram implements DoubleHistogram {
    @Override
    public void record(double value) {
      throw thrown;
    }

    @Override
    public void record(double value, Attributes attributes) {
      throw thrown;
    }

    @Override
    public void record(double value, Attributes attributes, Context context) {
      throw thrown;
    }
  }
}
