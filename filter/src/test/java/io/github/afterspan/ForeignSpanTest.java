// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan;

import static io.github.afterspan.Outcomes.outcome;
import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.TracerProvider;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.ContextPropagators;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * An application under the Java agent that has an SDK of its own: a context gives back a reference
 * to its spans, not the spans.
 */
@Timeout(60)
class ForeignSpanTest {

  @RegisterExtension final Engine engine = new Engine();

  @Test
  void spanEnds_whenItsContextHasOnlyAReferenceToIt() throws Exception {
    BackgroundWorkers workers =
        engine.closedLater(
            BackgroundWorkers.create(new ReferringTelemetry(), engine.options(o -> o)));
    assertThat(outcome(workers.dispatcher().dispatch("task", () -> {})))
        .isEqualTo(TaskState.SUCCEEDED);
    assertThat(engine.span("task").hasEnded()).isTrue();
  }

  private final class ReferringTelemetry implements OpenTelemetry {
    @Override
    public TracerProvider getTracerProvider() {
      Tracer tracer = engine.openTelemetry().getTracer("io.github.afterspan");
      Tracer referring = name -> referring(tracer.spanBuilder(name));
      return new TracerProvider() {
        @Override
        public Tracer get(String scope) {
          return referring;
        }

        @Override
        public Tracer get(String scope, String version) {
          return referring;
        }
      };
    }

    @Override
    public ContextPropagators getPropagators() {
      return ContextPropagators.noop();
    }
  }

  private static SpanBuilder referring(SpanBuilder builder) {
    return (SpanBuilder)
        Proxy.newProxyInstance(
            ForeignSpanTest.class.getClassLoader(),
            new Class<?>[] {SpanBuilder.class},
            (proxy, method, arguments) -> {
              Object result = method.invoke(builder, arguments);
              return result instanceof Span span ? referring(span) : proxy;
            });
  }

  private static Span referring(Span span) {
    return (Span)
        Proxy.newProxyInstance(
            ForeignSpanTest.class.getClassLoader(),
            new Class<?>[] {Span.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("storeInContext")) {
                return ((Context) arguments[0]).with(Span.wrap(span.getSpanContext()));
              }
              try {
                return method.invoke(span, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }
}
