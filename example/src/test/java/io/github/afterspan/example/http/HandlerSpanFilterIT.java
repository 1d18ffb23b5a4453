// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.example.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Scope;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.eclipse.jetty.ee11.servlet.FilterHolder;
import org.eclipse.jetty.ee11.servlet.ServletContextHandler;
import org.eclipse.jetty.ee11.servlet.ServletHolder;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(300)
class HandlerSpanFilterIT {

  private static final AttributeKey<Long> STATUS =
      AttributeKey.longKey("http.response.status_code");
  private static final AttributeKey<String> ERROR = AttributeKey.stringKey("error.type");

  private final InMemorySpanExporter exporter = InMemorySpanExporter.create();
  private final OpenTelemetrySdk sdk =
      OpenTelemetrySdk.builder()
          .setTracerProvider(
              SdkTracerProvider.builder()
                  .addSpanProcessor(SimpleSpanProcessor.create(exporter))
                  .build())
          .setPropagators(ContextPropagators.create(W3CTraceContextPropagator.getInstance()))
          .build();
  private final Server server = new Server();

  interface Handler {
    void handle(HttpServletRequest request, HttpServletResponse response) throws Exception;
  }

  @AfterEach
  void stop() throws Exception {
    server.stop();
    sdk.close();
  }

  @Test
  void spanIsServerAndCarriesStatus_whenHandlerAnswers() throws Exception {
    SpanData span = spanOf((request, response) -> response.setStatus(204));

    assertThat(span.getKind()).isEqualTo(SpanKind.SERVER);
    assertThat(span.getName()).isEqualTo("GET");
    assertThat(span.getParentSpanContext().isValid()).isFalse();
    assertThat(span.getAttributes().get(STATUS)).isEqualTo(204);
    assertThat(span.getStatus().getStatusCode()).isEqualTo(StatusCode.UNSET);
  }

  @Test
  void handlerRenamesSpan_asItIsCurrent() throws Exception {
    SpanData span = spanOf((request, response) -> Span.current().updateName("handleOrder"));

    assertThat(span.getName()).isEqualTo("handleOrder");
  }

  @Test
  void spanIsInternalChild_whenAnAgentMadeAServerSpan() throws Exception {
    Span[] agents = new Span[1];
    start(
        (request, response) -> {},
        (request, response, chain) -> {
          agents[0] = sdk.getTracer("agent").spanBuilder("agent").startSpan();
          try (Scope scope = agents[0].makeCurrent()) {
            chain.doFilter(request, response);
          } finally {
            agents[0].end();
          }
        });
    assertThat(get().statusCode()).isEqualTo(200);
    SpanData span = finished(2).get(0);

    assertThat(span.getKind()).isEqualTo(SpanKind.INTERNAL);
    assertThat(span.getParentSpanId()).isEqualTo(agents[0].getSpanContext().getSpanId());
  }

  @Test
  void spanFails_whenHandlerThrows() throws Exception {
    SpanData span =
        spanOf(
            (request, response) -> {
              throw new IllegalStateException("for the test");
            });

    assertThat(span.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
    assertThat(span.getAttributes().get(STATUS)).isEqualTo(500);
    assertThat(span.getEvents()).hasSize(1);
  }

  @Test
  void spanFails_whenHandlerAnswers503() throws Exception {
    SpanData span = spanOf((request, response) -> response.setStatus(503));

    assertThat(span.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
    assertThat(span.getAttributes().get(ERROR)).isEqualTo("503");
  }

  @Test
  void spanEndsWithTheResponse_whenHandlerGoesAsync() throws Exception {
    CompletableFuture<AsyncContext> started = new CompletableFuture<>();
    CompletableFuture<Void> filterLeft = new CompletableFuture<>();
    start(
        (request, response) -> {
          response.setStatus(202);
          started.complete(request.startAsync());
        },
        (request, response, chain) -> {
          chain.doFilter(request, response);
          filterLeft.complete(null);
        });
    CompletableFuture<Integer> status = CompletableFuture.supplyAsync(() -> get().statusCode());

    AsyncContext async = started.get(20, TimeUnit.SECONDS);
    filterLeft.get(20, TimeUnit.SECONDS);
    assertThat(exporter.getFinishedSpanItems()).isEmpty();
    async.complete();

    assertThat(status.get(20, TimeUnit.SECONDS)).isEqualTo(202);
    assertThat(finished(1).get(0).getAttributes().get(STATUS)).isEqualTo(202);
  }

  @Test
  void oneSpanFails_whenHandlerGoesAsyncAndThrowsWhenDispatchedBack() throws Exception {
    SpanData span =
        spanOf(
            (request, response) -> {
              if (request.getDispatcherType() == DispatcherType.ASYNC) {
                throw new IllegalStateException("for the test");
              }
              request.startAsync().dispatch();
            });

    assertThat(span.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
    assertThat(span.getAttributes().get(STATUS)).isEqualTo(500);
    assertThat(span.getAttributes().get(ERROR)).isEqualTo("500");
  }

  private SpanData spanOf(Handler handler) throws Exception {
    start(handler, null);
    assertThat(get().statusCode()).isPositive();
    return finished(1).get(0);
  }

  private List<SpanData> finished(int spans) {
    Awaitility.await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(() -> assertThat(exporter.getFinishedSpanItems()).hasSize(spans));
    return exporter.getFinishedSpanItems();
  }

  private void start(Handler handler, Filter before) throws Exception {
    ServerConnector connector = new ServerConnector(server);
    connector.setHost("127.0.0.1");
    server.addConnector(connector);
    ServletContextHandler webapp = new ServletContextHandler("/");
    if (before != null) {
      add(webapp, before);
    }
    add(webapp, new HandlerSpanFilter(sdk));
    ServletHolder holder = new ServletHolder(new HandlerServlet(handler));
    holder.setAsyncSupported(true);
    webapp.addServlet(holder, "/*");
    server.setHandler(webapp);
    server.start();
  }

  private static void add(ServletContextHandler webapp, Filter filter) {
    FilterHolder holder = new FilterHolder(filter);
    holder.setAsyncSupported(true);
    webapp.addFilter(holder, "/*", EnumSet.allOf(DispatcherType.class));
  }

  private HttpResponse<String> get() {
    try {
      return HttpClient.newHttpClient()
          .send(
              HttpRequest.newBuilder(
                      URI.create("http://127.0.0.1:" + server.getURI().getPort() + "/"))
                  .timeout(Duration.ofSeconds(20))
                  .build(),
              HttpResponse.BodyHandlers.ofString());
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static final class HandlerServlet extends HttpServlet {
    private static final long serialVersionUID = 1L;
    private final transient Handler handler;

    HandlerServlet(Handler handler) {
      this.handler = handler;
    }

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) {
      try {
        handler.handle(request, response);
      } catch (RuntimeException e) {
        throw e;
      } catch (Exception e) {
        throw new AssertionError(e);
      }
    }
  }
}
