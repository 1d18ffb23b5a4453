// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.example.http;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.context.propagation.TextMapPropagator;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Runs each request in a span of its own, as an agent or a framework would.
 *
 * <p>The span continues the trace that the client's {@code traceparent} names, and has kind SERVER.
 * Under an agent that has made a server span already, it is an INTERNAL child of that one. It is
 * named after the method; a resource that knows better renames it: {@code
 * Span.current().updateName("handleOrder")}.
 *
 * <p>Put it before the {@code BackgroundDispatchFilter}, and only on what is worth a trace. Safe
 * for use by several threads.
 */
public final class HandlerSpanFilter extends HttpFilter {

  private static final long serialVersionUID = 1L;

  private final transient Tracer tracer;
  private final transient TextMapPropagator propagator;

  /**
   * Makes a filter.
   *
   * @param openTelemetry makes the spans, and reads the client's headers
   */
  public HandlerSpanFilter(OpenTelemetry openTelemetry) {
    this.tracer = openTelemetry.getTracer("io.github.afterspan.example");
    this.propagator = openTelemetry.getPropagators().getTextMapPropagator();
  }

  @Override
  protected void doFilter(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    if (request.getDispatcherType() != DispatcherType.REQUEST) {
      chain.doFilter(request, response);
      return;
    }
    Context parent = Context.current();
    boolean server = !Span.fromContext(parent).getSpanContext().isValid();
    if (server) {
      parent = propagator.extract(parent, request, HeaderGetter.INSTANCE);
    }
    Span span = start(request, parent, server ? SpanKind.SERVER : SpanKind.INTERNAL);
    Throwable failure = null;
    try (Scope scope = parent.with(span).makeCurrent()) {
      chain.doFilter(request, response);
    } catch (Throwable t) {
      failure = t;
      throw t;
    } finally {
      if (failure == null && request.isAsyncStarted()) {
        request.getAsyncContext().addListener(new EndOnComplete(span, response));
      } else {
        end(span, response, failure);
      }
    }
  }

  private Span start(HttpServletRequest request, Context parent, SpanKind kind) {
    SpanBuilder builder =
        tracer
            .spanBuilder(request.getMethod())
            .setParent(parent)
            .setSpanKind(kind)
            .setAttribute("http.request.method", request.getMethod())
            .setAttribute("url.scheme", request.getScheme())
            .setAttribute("url.path", request.getRequestURI());
    if (request.getQueryString() != null) {
      builder.setAttribute("url.query", request.getQueryString());
    }
    return builder.startSpan();
  }

  private static void end(Span span, HttpServletResponse response, @Nullable Throwable failure) {
    int status = failure == null ? response.getStatus() : 500;
    span.setAttribute("http.response.status_code", (long) status);
    if (failure != null) {
      span.recordException(failure);
      span.setAttribute("error.type", failure.getClass().getName());
      span.setStatus(StatusCode.ERROR);
    } else if (status >= 500) {
      span.setAttribute("error.type", Integer.toString(status));
      span.setStatus(StatusCode.ERROR);
    }
    span.end();
  }

  /** Ends the span of a request that went asynchronous, once it is complete. */
  private static final class EndOnComplete implements AsyncListener {
    private final Span span;
    private final HttpServletResponse response;

    EndOnComplete(Span span, HttpServletResponse response) {
      this.span = span;
      this.response = response;
    }

    @Override
    public void onComplete(AsyncEvent event) {
      end(span, response, null);
    }

    @Override
    public void onError(AsyncEvent event) {
      // The container answers 500 unless somebody else does; the status says it on completion.
    }

    @Override
    public void onTimeout(AsyncEvent event) {
      // As for an error.
    }

    @Override
    public void onStartAsync(AsyncEvent event) {
      event.getAsyncContext().addListener(this);
    }
  }

  private enum HeaderGetter implements TextMapGetter<HttpServletRequest> {
    INSTANCE;

    @Override
    public @Nullable String get(@Nullable HttpServletRequest request, String name) {
      return request == null ? null : request.getHeader(name);
    }
  }
}
