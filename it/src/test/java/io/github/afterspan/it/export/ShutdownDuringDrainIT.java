// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it.export;

import static io.github.afterspan.it.export.ExportingSdk.join;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.afterspan.BackgroundWorkers;
import io.github.afterspan.WorkerOptions;
import io.github.afterspan.it.OtlpReceiver;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The SDK shut down beside a drain, as two shutdown hooks do it. */
@Timeout(60)
class ShutdownDuringDrainIT {

  private final OtlpReceiver receiver = OtlpReceiver.start();
  private final CountDownLatch running = new CountDownLatch(1);
  private final CountDownLatch release = new CountDownLatch(1);

  @AfterEach
  void close() {
    receiver.close();
  }

  @Test
  void plainSdkLosesSpansOfRunningAndQueuedTasks() throws Exception {
    // Without the engine's flush, which an SDK that was shut down holds up for its five seconds.
    shutDownDuringDrain(
        ExportingSdk.plain(receiver), WorkerOptions.builder().flush(within -> true));
    assertThat(receiver.spans()).isEmpty();
  }

  @Test
  void exportsSpansOfRunningAndQueuedTasks() throws Exception {
    ExportingSdk sdk = ExportingSdk.watched(receiver);
    shutDownDuringDrain(sdk, WorkerOptions.builder());
    assertThat(sdk.received()).containsExactly("running", "queued");
  }

  private void shutDownDuringDrain(ExportingSdk sdk, WorkerOptions.Builder options)
      throws Exception {
    BackgroundWorkers workers =
        BackgroundWorkers.create(sdk.openTelemetry(), options.concurrency(1).build());
    var first =
        workers
            .dispatcher()
            .dispatch(
                "running",
                () -> {
                  running.countDown();
                  assertThat(release.await(20, TimeUnit.SECONDS)).isTrue();
                });
    var second = workers.dispatcher().dispatch("queued", () -> {});
    assertThat(running.await(20, TimeUnit.SECONDS)).isTrue();

    CompletableFuture<?> drained = workers.drain(Duration.ofSeconds(20));
    CountDownLatch began = new CountDownLatch(1);
    CompletableFuture<Void> closed =
        CompletableFuture.runAsync(
            () -> {
              began.countDown();
              join(sdk.shutdown());
            });
    assertThat(began.await(20, TimeUnit.SECONDS)).isTrue();
    Awaitility.await()
        .pollDelay(Duration.ofMillis(200)) // the plain SDK is shut down by then
        .until(() -> !drained.isDone());
    release.countDown();
    drained.get(20, TimeUnit.SECONDS);
    closed.get(30, TimeUnit.SECONDS);
    assertThat(first.state()).isEqualTo(second.state());
  }
}
