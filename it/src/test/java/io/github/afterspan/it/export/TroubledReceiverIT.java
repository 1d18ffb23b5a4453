// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it.export;

import static io.github.afterspan.it.export.ExportingSdk.join;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.afterspan.BackgroundWorkers;
import io.github.afterspan.WorkerOptions;
import io.github.afterspan.it.OtlpReceiver;
import io.opentelemetry.api.trace.Span;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Backends that refuse, hang, or are not there, for a while or for good. */
@Timeout(120)
class TroubledReceiverIT {

  private static final Duration PATIENCE = Duration.ofSeconds(20);

  /** What a loaded machine may add to a bound. */
  private static final Duration SLACK = Duration.ofSeconds(2);

  private final OtlpReceiver receiver = OtlpReceiver.start();

  @AfterEach
  void close() {
    receiver.close();
  }

  @Test
  void plainSdkSaysSuccessAndLosesSpan_whenTheReceiverRefusedIt() {
    receiver.refuse();
    try (ExportingSdk sdk = ExportingSdk.plain(receiver)) {
      sdk.end("refused");
      assertThat(join(sdk.forceFlush()).isSuccess()).isTrue();
      receiver.accept();
      sdk.end("accepted");
      assertThat(join(sdk.forceFlush()).isSuccess()).isTrue();
      assertThat(sdk.received()).containsExactly("accepted");
    }
    assertThat(receiver.spans("refused")).isEmpty();
  }

  @Test
  void exportsSpan_whenTheReceiverRefusedItForAWhile() throws Exception {
    receiver.refuse();
    try (ExportingSdk sdk = ExportingSdk.watched(receiver)) {
      sdk.end("refused");
      CompletableFuture<List<String>> flushing =
          CompletableFuture.supplyAsync(() -> sdk.flush(PATIENCE));
      Awaitility.await().until(() -> receiver.requests() >= 3);
      assertThat(flushing).isNotDone();
      receiver.accept();
      assertThat(flushing.get(20, TimeUnit.SECONDS)).isEmpty();
      assertThat(sdk.received()).containsExactly("refused");
    }
  }

  @Test
  void namesSpan_whenTheReceiverRefusesIt() {
    receiver.refuse();
    try (ExportingSdk sdk = ExportingSdk.watched(receiver)) {
      Span refused = sdk.end("refused");
      assertThat(sdk.flush(Duration.ofMillis(500)))
          .containsExactly(
              refused.getSpanContext().getTraceId() + "-" + refused.getSpanContext().getSpanId());
      receiver.accept();
      assertThat(sdk.flush(PATIENCE)).isEmpty();
      assertThat(sdk.received()).containsExactly("refused");
    }
  }

  @Test
  void exportsSpanWithoutAnotherFlush_whenTheReceiverIsBack() {
    receiver.goDown();
    try (ExportingSdk sdk = ExportingSdk.watched(receiver)) {
      sdk.end("not connected");
      assertThat(sdk.flush(Duration.ofMillis(300))).hasSize(1);
      receiver.comeBack();
      receiver.awaitSpan("not connected");
    }
  }

  @Test
  void flushIsOverInTime_whenTheReceiverHangs() {
    receiver.hang();
    try (ExportingSdk sdk = ExportingSdk.watched(receiver)) {
      sdk.end("hanging");
      long start = System.nanoTime();
      assertThat(sdk.flush(Duration.ofSeconds(1))).hasSize(1);
      assertThat(since(start)).isBetween(Duration.ofMillis(900), Duration.ofSeconds(1).plus(SLACK));
      receiver.accept();
      receiver.awaitSpan("hanging");
    }
  }

  /** Side by side, since each takes its time. */
  @Test
  void shutdownAndDrainAreOverInTime_whenTheReceiverHangs() throws Exception {
    receiver.hang();
    ExportingSdk going = ExportingSdk.watched(receiver);
    going.end("hanging");
    long start = System.nanoTime();
    CompletableFuture<Duration> shutdown = new CompletableFuture<>();
    var unused = going.shutdown().whenComplete(() -> shutdown.complete(since(start)));
    try (ExportingSdk sdk = ExportingSdk.watched(receiver)) {
      BackgroundWorkers workers =
          BackgroundWorkers.create(sdk.openTelemetry(), WorkerOptions.defaults());
      workers.dispatcher().dispatch("mail", () -> {}).completion().toCompletableFuture().join();
      long drainStart = System.nanoTime();
      workers.close();
      assertThat(since(drainStart)).isLessThan(Duration.ofSeconds(5).plus(SLACK));
      assertThat(shutdown.get(20, TimeUnit.SECONDS)).isLessThan(Duration.ofSeconds(9).plus(SLACK));
      receiver.accept();
      receiver.awaitSpan("mail");
    }
  }

  @Test
  void drainExports_whenTheReceiverRefusedForAWhile() {
    receiver.refuse();
    try (ExportingSdk sdk = ExportingSdk.watched(receiver)) {
      BackgroundWorkers workers =
          BackgroundWorkers.create(sdk.openTelemetry(), WorkerOptions.defaults());
      workers.dispatcher().dispatch("mail", () -> {}).completion().toCompletableFuture().join();
      CompletableFuture<?> drained = workers.drain(Duration.ofSeconds(1));
      Awaitility.await().until(() -> receiver.requests() >= 2);
      receiver.accept();
      drained.join();
      assertThat(sdk.received()).containsExactly("mail");
    }
  }

  private static Duration since(long start) {
    return Duration.ofNanos(System.nanoTime() - start);
  }
}
