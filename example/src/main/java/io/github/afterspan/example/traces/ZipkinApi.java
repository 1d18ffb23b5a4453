// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.example.traces;

import io.github.afterspan.example.http.Json;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import zipkin2.Span;
import zipkin2.codec.DependencyLinkBytesEncoder;
import zipkin2.codec.SpanBytesEncoder;
import zipkin2.storage.InMemoryStorage;
import zipkin2.storage.QueryRequest;

/**
 * As much of Zipkin's query API as Zipkin's UI asks for, over a {@link TraceStore}.
 *
 * <p>Safe for use by several threads.
 */
public final class ZipkinApi extends HttpServlet {

  private static final long serialVersionUID = 1L;

  private static final long DAY = 86_400_000;
  private static final int MAX_TRACES = 1000;

  private final transient InMemoryStorage storage;

  /**
   * Makes the API.
   *
   * @param store what it shows
   */
  public ZipkinApi(TraceStore store) {
    this.storage = store.storage();
  }

  @Override
  protected void doGet(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    byte @Nullable [] answer;
    try {
      answer = answer(String.valueOf(request.getPathInfo()), request);
    } catch (IllegalArgumentException e) {
      response.sendError(400, String.valueOf(e.getMessage()));
      return;
    }
    if (answer == null) {
      response.sendError(404);
      return;
    }
    response.setContentType("application/json");
    response.setHeader("Cache-Control", "no-store");
    response.getOutputStream().write(answer);
  }

  private byte @Nullable [] answer(String path, HttpServletRequest request) {
    if (path.startsWith("/trace/")) {
      return trace(path.substring("/trace/".length()));
    }
    return switch (path) {
      case "/traces" -> traces(TraceStore.call(storage.getTraces(query(request))));
      case "/services" -> strings(TraceStore.call(storage.getServiceNames()));
      case "/spans" ->
          strings(TraceStore.call(storage.getSpanNames(required(request, "serviceName"))));
      case "/remoteServices" ->
          strings(TraceStore.call(storage.getRemoteServiceNames(required(request, "serviceName"))));
      case "/dependencies" ->
          DependencyLinkBytesEncoder.JSON_V1.encodeList(
              TraceStore.call(
                  storage.getDependencies(
                      number(request, "endTs", now()), number(request, "lookback", DAY))));
      case "/autocompleteKeys", "/autocompleteValues" -> strings(List.of());
      default -> null;
    };
  }

  private byte @Nullable [] trace(String traceId) {
    List<Span> spans = TraceStore.call(storage.getTrace(traceId));
    return spans.isEmpty() ? null : SpanBytesEncoder.JSON_V2.encodeList(spans);
  }

  private static QueryRequest query(HttpServletRequest request) {
    QueryRequest.Builder query =
        QueryRequest.newBuilder()
            .serviceName(request.getParameter("serviceName"))
            .remoteServiceName(request.getParameter("remoteServiceName"))
            .spanName(request.getParameter("spanName"))
            .parseAnnotationQuery(request.getParameter("annotationQuery"))
            .endTs(number(request, "endTs", now()))
            .lookback(number(request, "lookback", DAY))
            .limit((int) Math.min(number(request, "limit", 10), MAX_TRACES));
    if (request.getParameter("minDuration") != null) {
      query.minDuration(number(request, "minDuration", 0));
    }
    if (request.getParameter("maxDuration") != null) {
      query.maxDuration(number(request, "maxDuration", 0));
    }
    return query.build();
  }

  private static byte[] traces(List<List<Span>> traces) {
    StringBuilder json = new StringBuilder("[");
    for (List<Span> trace : traces) {
      json.append(json.length() > 1 ? "," : "")
          .append(new String(SpanBytesEncoder.JSON_V2.encodeList(trace), StandardCharsets.UTF_8));
    }
    return json.append(']').toString().getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] strings(List<String> strings) {
    return Json.bytes(strings);
  }

  private static String required(HttpServletRequest request, String parameter) {
    String value = request.getParameter(parameter);
    if (value == null) {
      throw new IllegalArgumentException(parameter + " is missing");
    }
    return value;
  }

  private static long number(HttpServletRequest request, String parameter, long otherwise) {
    String value = request.getParameter(parameter);
    if (value == null) {
      return otherwise;
    }
    try {
      return Long.parseLong(value);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(parameter + " must be a whole number, was " + value, e);
    }
  }

  private static long now() {
    return System.currentTimeMillis();
  }
}
