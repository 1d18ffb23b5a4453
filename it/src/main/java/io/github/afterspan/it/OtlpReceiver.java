// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/**
 * A tracing backend: receives OTLP over HTTP with protobuf on a loopback port, as a collector does,
 * well or badly.
 *
 * <pre>{@code
 * try (OtlpReceiver receiver = OtlpReceiver.start();
 *     Telemetry telemetry = Telemetry.exportingTo(receiver)) {
 *   // ... let something make spans ...
 *   ReceivedSpan span = receiver.awaitSpan("sendConfirmationEmail");
 * }
 * }</pre>
 *
 * <p>A span counts as received once its whole export request was read and accepted. Waiting for one
 * is the only proof that it was exported: what {@code forceFlush} returns is not.
 *
 * <p>Safe for use by several threads. Whoever starts it closes it.
 */
public final class OtlpReceiver implements AutoCloseable {

  /** How long {@link #awaitSpan(String)} waits at most. */
  public static final Duration PATIENCE = Duration.ofSeconds(20);

  private static final String PATH = "/v1/traces";

  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final CountDownLatch closed = new CountDownLatch(1);
  private final List<ReceivedSpan> spans = new CopyOnWriteArrayList<>();
  private final List<String> complaints = new CopyOnWriteArrayList<>();
  private final AtomicInteger requests = new AtomicInteger();
  private final Object arrival = new Object();
  private final int port;
  private volatile Behaviour behaviour = Behaviour.ACCEPT;
  private volatile HttpServer server;
  private @Nullable Socket placeholder;

  /** Decides on one export request; answers a status. */
  private interface Behaviour {
    Behaviour ACCEPT = receiver -> 200;

    int answer(OtlpReceiver receiver) throws InterruptedException;
  }

  private OtlpReceiver() throws IOException {
    server = listen(0);
    port = server.getAddress().getPort();
  }

  /**
   * Starts a receiver that accepts everything.
   *
   * @return the receiver
   */
  public static OtlpReceiver start() {
    try {
      return new OtlpReceiver();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Returns where to export to.
   *
   * @return the whole address, {@code /v1/traces} included
   */
  public String endpoint() {
    return "http://127.0.0.1:" + port + PATH;
  }

  /** Accepts from now on, at once. */
  public void accept() {
    behaviour = Behaviour.ACCEPT;
  }

  /**
   * Accepts from now on, each time after a while.
   *
   * @param delay how long an export request takes
   */
  public void acceptAfter(Duration delay) {
    behaviour =
        receiver -> receiver.closed.await(delay.toMillis(), TimeUnit.MILLISECONDS) ? 503 : 200;
  }

  /** Answers 503 from now on. What was sent then is not received. */
  public void refuse() {
    behaviour = receiver -> 503;
  }

  /** Reads requests from now on and never answers them, until the receiver is closed. */
  public void hang() {
    behaviour =
        receiver -> {
          receiver.closed.await();
          return 503;
        };
  }

  /** Goes down: connections are refused until {@link #comeBack()}. The port stays ours. */
  public synchronized void goDown() {
    server.stop(0);
    try {
      Socket bound = new Socket();
      bound.setReuseAddress(true);
      bound.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      placeholder = bound;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Listens again, on the same port. */
  public synchronized void comeBack() {
    try {
      releasePlaceholder();
      server = listen(port);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Returns the spans received so far.
   *
   * @return a snapshot
   */
  public List<ReceivedSpan> spans() {
    return List.copyOf(spans);
  }

  /**
   * Returns the spans received so far that have a name.
   *
   * @param name the name
   * @return a snapshot
   */
  public List<ReceivedSpan> spans(String name) {
    return spans.stream().filter(span -> span.name().equals(name)).toList();
  }

  /**
   * Returns how many export requests arrived, accepted or not.
   *
   * @return the number so far
   */
  public int requests() {
    return requests.get();
  }

  /**
   * Waits until a span with a name was received.
   *
   * @param name the name
   * @return the first such span
   * @throws AssertionError if none was received in time, with what was received instead
   */
  public ReceivedSpan awaitSpan(String name) {
    return awaitSpan("named \"" + name + '"', span -> span.name().equals(name));
  }

  /**
   * Waits until a certain span was received.
   *
   * @param description says which, for the failure message
   * @param which tells the span
   * @return the first such span
   * @throws AssertionError if none was received in time, with what was received instead
   */
  public ReceivedSpan awaitSpan(String description, Predicate<ReceivedSpan> which) {
    return awaitSpans(1, description, which).get(0);
  }

  /**
   * Waits until a number of certain spans were received.
   *
   * @param count how many
   * @param description says which, for the failure message
   * @param which tells the spans
   * @return all such spans received, at least as many as asked for
   * @throws AssertionError if too few were received in time, with what was received instead
   */
  public List<ReceivedSpan> awaitSpans(
      int count, String description, Predicate<ReceivedSpan> which) {
    return awaitSpans(count, PATIENCE, description, which);
  }

  List<ReceivedSpan> awaitSpans(
      int count, Duration patience, String description, Predicate<ReceivedSpan> which) {
    long deadline = System.nanoTime() + patience.toNanos();
    synchronized (arrival) {
      try {
        while (spans.stream().filter(which).count() < count) {
          long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
          if (left <= 0) {
            throw new AssertionError(missing(count, patience, description, which));
          }
          arrival.wait(left);
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new AssertionError("interrupted while waiting for a span " + description, e);
      }
      return spans.stream().filter(which).toList();
    }
  }

  /** Stops listening, and lets go of the requests that hang. */
  @Override
  public synchronized void close() {
    closed.countDown();
    server.stop(0);
    threads.shutdownNow();
    try {
      releasePlaceholder();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String missing(
      int count, Duration patience, String description, Predicate<ReceivedSpan> which) {
    return "received %d of %d spans %s within %s; %d export requests arrived%s; received instead:%s"
        .formatted(
            spans.stream().filter(which).count(),
            count,
            description,
            patience,
            requests.get(),
            complaints.isEmpty() ? "" : ", of which failed: " + complaints,
            spans.isEmpty()
                ? " nothing"
                : spans.stream().map(span -> "\n  " + span).collect(Collectors.joining()));
  }

  private HttpServer listen(int wantedPort) throws IOException {
    HttpServer listening =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), wantedPort), 0);
    listening.setExecutor(threads);
    listening.createContext("/", this::export);
    listening.start();
    return listening;
  }

  private void export(HttpExchange exchange) throws IOException {
    requests.incrementAndGet();
    try (exchange) {
      ExportTraceServiceRequest request = read(exchange);
      int status = behaviour.answer(this);
      if (status == 200) {
        receive(request);
      }
      exchange.getResponseHeaders().set("Content-Type", "application/x-protobuf");
      exchange.sendResponseHeaders(status, -1);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException | RuntimeException e) {
      complaints.add(e.toString());
      throw e;
    }
  }

  private static ExportTraceServiceRequest read(HttpExchange exchange) throws IOException {
    try (InputStream body = exchange.getRequestBody()) {
      byte[] bytes =
          "gzip".equals(exchange.getRequestHeaders().getFirst("Content-Encoding"))
              ? new GZIPInputStream(body).readAllBytes()
              : body.readAllBytes();
      if (!PATH.equals(exchange.getRequestURI().getPath())) {
        throw new IOException(
            "not a trace export: " + exchange.getRequestURI() + ' ' + new String(bytes, UTF_8));
      }
      return ExportTraceServiceRequest.parseFrom(bytes);
    }
  }

  private void receive(ExportTraceServiceRequest request) {
    List<ReceivedSpan> received =
        request.getResourceSpansList().stream()
            .flatMap(resource -> resource.getScopeSpansList().stream())
            .flatMap(
                scope ->
                    scope.getSpansList().stream()
                        .map(span -> ReceivedSpan.of(span, scope.getScope().getName())))
            .toList();
    synchronized (arrival) {
      spans.addAll(received);
      arrival.notifyAll();
    }
  }

  private void releasePlaceholder() throws IOException {
    Socket bound = placeholder;
    placeholder = null;
    if (bound != null) {
      bound.close();
    }
  }
}
