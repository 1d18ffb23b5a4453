// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it.jaxrs.app;

import io.opentelemetry.api.GlobalOpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import io.opentelemetry.context.propagation.TextMapGetter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Collections;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Makes the request's span, named {@code request}, in the trace of the caller. */
public final class RequestSpanFilter extends HttpFilter {

  /** The request attribute with the future that completes when the request's thread is back. */
  static final String RETURNED = "returned";

  private static final long serialVersionUID = 1L;

  @Override
  protected void doFilter(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    Context caller =
        GlobalOpenTelemetry.getPropagators()
            .getTextMapPropagator()
            .extract(Context.root(), request, new Headers());
    Span span =
        GlobalOpenTelemetry.getTracer("application")
            .spanBuilder("request")
            .setSpanKind(SpanKind.SERVER)
            .setParent(caller)
            .startSpan();
    CompletableFuture<Void> returned = new CompletableFuture<>();
    request.setAttribute(RETURNED, returned);
    try (Scope scope = span.makeCurrent()) {
      chain.doFilter(request, response);
    } finally {
      span.end();
      returned.complete(null);
    }
  }

  private static final class Headers implements TextMapGetter<HttpServletRequest> {

    @Override
    @SuppressWarnings("deprecation") // Not yet optional.
    public Iterable<String> keys(HttpServletRequest carrier) {
      return Collections.list(carrier.getHeaderNames());
    }

    @Override
    public @Nullable String get(@Nullable HttpServletRequest carrier, String key) {
      return carrier == null ? null : carrier.getHeader(key);
    }
  }
}
