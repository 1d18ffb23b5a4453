// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it.export;

import static io.github.afterspan.it.export.ExportingSdk.join;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.afterspan.it.OtlpReceiver;
import io.github.afterspan.it.ReceivedSpan;
import io.opentelemetry.sdk.common.CompletableResultCode;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Spans that end while the SDK flushes or shuts down. For each race, first the control: what the
 * SDK alone makes of it.
 */
@Timeout(120)
class ExportRacesIT {

  private static final Duration SLOW = Duration.ofMillis(300);
  private static final int ROUNDS = 2000;

  private final OtlpReceiver receiver = OtlpReceiver.start();

  @AfterEach
  void close() {
    receiver.close();
  }

  @Test
  void plainSdkSaysSuccess_whenASpanEndedWhileItFlushed() {
    try (ExportingSdk sdk = ExportingSdk.plain(receiver)) {
      assertThat(endsWhileFlushing(sdk)).isTrue();
      assertThat(sdk.received()).doesNotContain("late");
    }
  }

  @Test
  void exportsSpan_whenItEndedWhileTheSdkFlushed() {
    try (ExportingSdk sdk = ExportingSdk.watched(receiver)) {
      assertThat(endsWhileFlushing(sdk)).isTrue();
      assertThat(sdk.received()).containsExactly("early", "late");
    }
  }

  private boolean endsWhileFlushing(ExportingSdk sdk) {
    CompletableResultCode flushing = beginToFlush(sdk);
    sdk.end("late");
    boolean success = join(sdk.forceFlush()).isSuccess();
    assertThat(join(flushing).isSuccess()).isTrue();
    return success;
  }

  private CompletableResultCode beginToFlush(ExportingSdk sdk) {
    receiver.acceptAfter(SLOW);
    sdk.end("early");
    CompletableResultCode flushing = sdk.forceFlush();
    Awaitility.await().until(() -> receiver.requests() > 0);
    return flushing;
  }

  @Test
  void plainSdkLosesSpan_whenItIsShutDownWhileItFlushes() {
    try (ExportingSdk sdk = ExportingSdk.plain(receiver)) {
      var unused = beginToFlush(sdk);
      sdk.end("late");
      assertThat(join(sdk.shutdown()).isSuccess()).isTrue();
    }
    assertThat(receiver.spans()).extracting(ReceivedSpan::name).containsExactly("early");
  }

  @Test
  void exportsSpan_whenTheSdkIsShutDownWhileItFlushes() {
    try (ExportingSdk sdk = ExportingSdk.watched(receiver)) {
      var unused = beginToFlush(sdk);
      sdk.end("late");
      assertThat(join(sdk.shutdown()).isSuccess()).isTrue();
    }
    assertThat(receiver.spans()).extracting(ReceivedSpan::name).containsExactly("early", "late");
  }

  @Test
  void plainSdkSaysSuccessTooEarly_inTightRounds() {
    try (ExportingSdk sdk = ExportingSdk.plain(receiver)) {
      boolean missed =
          IntStream.range(0, ROUNDS)
              .anyMatch(
                  round -> {
                    sdk.end("round " + round);
                    return join(sdk.forceFlush()).isSuccess()
                        && receiver.spans("round " + round).isEmpty();
                  });
      assertThat(missed).isTrue();
    }
  }

  @Test
  void exportsEverySpanBeforeItSaysSuccess_inTightRounds() {
    try (ExportingSdk sdk = ExportingSdk.watched(receiver)) {
      for (int round = 0; round < ROUNDS; round++) {
        sdk.end("round " + round);
        assertThat(join(sdk.forceFlush()).isSuccess()).as("round %s", round).isTrue();
        assertThat(receiver.spans()).as("round %s", round).hasSize(round + 1);
      }
    }
  }

  @Test
  void exportsEverySpan_whenSeveralThreadsEndAndFlushAndTheReceiverIsSlow() throws Exception {
    int threads = 4;
    int each = 5;
    receiver.acceptAfter(SLOW);
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    try (ExportingSdk sdk = ExportingSdk.watched(receiver)) {
      CountDownLatch start = new CountDownLatch(1);
      CompletableFuture<?>[] done =
          IntStream.range(0, threads)
              .mapToObj(
                  thread ->
                      CompletableFuture.runAsync(
                          () -> {
                            await(start);
                            for (int i = 0; i < each; i++) {
                              String name = thread + "." + i;
                              sdk.end(name);
                              assertThat(join(sdk.forceFlush()).isSuccess()).isTrue();
                              assertThat(receiver.spans(name)).hasSize(1);
                            }
                          },
                          pool))
              .toArray(CompletableFuture<?>[]::new);
      start.countDown();
      CompletableFuture.allOf(done).get(60, TimeUnit.SECONDS);
    } finally {
      pool.shutdownNow();
    }
    assertThat(receiver.spans()).hasSize(threads * each);
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
