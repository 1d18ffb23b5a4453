// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.baggage.Baggage;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.ContextKey;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.trace.ReadWriteSpan;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.SpanProcessor;
import java.lang.ref.Reference;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What a task that waits keeps alive of the request that dispatched it: nothing. Each kind of
 * waiting has a control that does the same with {@code Context.current().wrap}, and is seen to keep
 * all of it.
 */
@Timeout(120)
class RetentionTest {

  private static final ContextKey<byte[]> REQUEST = ContextKey.named("request");
  private static final int REQUEST_SIZE = 1 << 20;
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final int COLLECTIONS_THAT_SHOULD_DO = 5;

  private final OpenTelemetry openTelemetry =
      OpenTelemetrySdk.builder()
          .setTracerProvider(
              SdkTracerProvider.builder().addSpanProcessor(new ForgetfulProcessor()).build())
          .build();

  @Test
  void keepsNothingOfTheRequest_whileTaskIsQueued() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    AtomicReference<String> tenant = new AtomicReference<>();
    try (BackgroundWorkers workers = workers()) {
      workers.dispatcher().dispatch("blocks the only worker", release::await);
      Exchange exchange =
          handle(context -> workers.dispatcher().dispatch("waits", () -> tenant.set(tenant())));
      assertThat(((DispatchedTask) exchange.kept).state()).isEqualTo(TaskState.QUEUED);
      exchange.assertAllCollected();
      release.countDown();
      assertThat(((DispatchedTask) exchange.kept).completion().toCompletableFuture())
          .succeedsWithin(PATIENCE);
      assertThat(tenant).as("the baggage, which is carried").hasValue("acme");
    } finally {
      release.countDown();
    }
  }

  @Test
  void keepsNothingOfTheRequest_whileTaskAwaitsTheResponse() {
    AtomicReference<String> tenant = new AtomicReference<>();
    CompletableFuture<Boolean> response = new CompletableFuture<>();
    try (BackgroundWorkers workers = workers()) {
      TaskOptions after = TaskOptions.named("waits").startMode(StartMode.AFTER_RESPONSE);
      Exchange exchange =
          handle(
              context -> workers.dispatcher(response).dispatch(after, () -> tenant.set(tenant())));
      assertThat(((DispatchedTask) exchange.kept).state()).isEqualTo(TaskState.AWAITING_RESPONSE);
      exchange.assertAllCollected();
      response.complete(true);
      assertThat(((DispatchedTask) exchange.kept).completion().toCompletableFuture())
          .succeedsWithin(PATIENCE);
      assertThat(tenant).as("the baggage, which is carried").hasValue("acme");
    }
  }

  @Test
  void keepsNothingOfTheRequest_whileADispatcherIsKept() {
    try (BackgroundWorkers workers = workers()) {
      handle(context -> workers.dispatcher(new CompletableFuture<>())).assertAllCollected();
    }
  }

  @Test
  void keepsNothingOfTheRequest_whileADetachedContextIsKept() {
    handle(DetachedContext::detach).assertAllCollected();
  }

  /** The control of the queue. */
  @Test
  void wrappedContextKeepsTheWholeRequest_whileQueued() {
    Queue<Runnable> queue = new ArrayDeque<>();
    Exchange exchange = handle(context -> queue.add(context.wrap(() -> {})));
    exchange.assertNoneCollected();
    Reference.reachabilityFence(queue);
  }

  /** The control of awaiting the response. */
  @Test
  void wrappedContextKeepsTheWholeRequest_whileAwaitingTheResponse() {
    CompletableFuture<Boolean> response = new CompletableFuture<>();
    CompletionStage<Boolean> stage = response;
    Exchange exchange = handle(context -> stage.thenRun(context.wrap(() -> {})));
    exchange.assertNoneCollected();
    Reference.reachabilityFence(response);
  }

  /** And of the measuring: what a body captures is kept, until the body has run. */
  @Test
  void bodyKeepsWhatItCaptured_untilItHasRun() {
    CompletableFuture<Boolean> response = new CompletableFuture<>();
    try (BackgroundWorkers workers = workers()) {
      TaskOptions after = TaskOptions.named("captures").startMode(StartMode.AFTER_RESPONSE);
      Exchange exchange =
          handle(
              context ->
                  workers
                      .dispatcher(response)
                      .dispatch(after, () -> assertThat(context.get(REQUEST)).isNotNull()));
      exchange.assertNoneCollected();
      response.complete(true);
      assertThat(((DispatchedTask) exchange.kept).completion().toCompletableFuture())
          .succeedsWithin(PATIENCE);
      exchange.assertAllCollected();
    }
  }

  private BackgroundWorkers workers() {
    return BackgroundWorkers.create(openTelemetry, WorkerOptions.builder().concurrency(1).build());
  }

  private static String tenant() {
    return Baggage.current().getEntryValue("tenant");
  }

  /** Handles a request of some size, and forgets it; what the handler returns is kept. */
  private Exchange handle(Function<Context, Object> handler) {
    char[] characters = new char[REQUEST_SIZE];
    Arrays.fill(characters, 'x');
    String attribute = new String(characters);
    byte[] request = new byte[REQUEST_SIZE];
    Span span = openTelemetry.getTracer("test").spanBuilder("handle").startSpan();
    span.setAttribute("http.request.body", attribute);
    Context context =
        Context.root()
            .with(REQUEST, request)
            .with(Baggage.builder().put("tenant", "acme").build())
            .with(span);
    Map<String, WeakReference<?>> parts = new LinkedHashMap<>();
    parts.put("the context", new WeakReference<>(context));
    parts.put("the value in it", new WeakReference<>(request));
    parts.put("the recording span", new WeakReference<>(span));
    parts.put("its attribute", new WeakReference<>(attribute));
    Object kept;
    try (Scope ignored = context.makeCurrent()) {
      kept = handler.apply(context);
    }
    span.end();
    return new Exchange(kept, parts);
  }

  /** Has spans record, as they would not if nobody wanted them. */
  private static final class ForgetfulProcessor implements SpanProcessor {
    @Override
    public void onStart(Context parent, ReadWriteSpan span) {}

    @Override
    public boolean isStartRequired() {
      return true;
    }

    @Override
    public void onEnd(ReadableSpan span) {}

    @Override
    public boolean isEndRequired() {
      return true;
    }
  }

  /** What is left of a request: what its handler kept, and whether its parts are there. */
  private record Exchange(Object kept, Map<String, WeakReference<?>> parts) {

    void assertAllCollected() {
      long end = System.nanoTime() + PATIENCE.toNanos();
      while (anyIsThere() && System.nanoTime() - end < 0) {
        System.gc();
      }
      parts.forEach((name, part) -> assertThat(part.get()).as(name).isNull());
      Reference.reachabilityFence(kept);
    }

    void assertNoneCollected() {
      for (int i = 0; i < COLLECTIONS_THAT_SHOULD_DO; i++) {
        System.gc();
      }
      parts.forEach((name, part) -> assertThat(part.get() != null).as(name).isTrue());
      Reference.reachabilityFence(kept);
    }

    private boolean anyIsThere() {
      return parts.values().stream().anyMatch(part -> part.get() != null);
    }
  }
}
