// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.jaxrs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.afterspan.BackgroundDispatcher;
import io.github.afterspan.BackgroundWorkers;
import io.github.afterspan.DispatchRejectedException;
import io.github.afterspan.WorkerOptions;
import io.opentelemetry.api.OpenTelemetry;
import jakarta.ws.rs.core.Response;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class RejectedTaskMapperTest {

  private final RejectedTaskMapper mapper = new RejectedTaskMapper();

  @Test
  void asksToRetrySoon_whenQueueIsFull() {
    CountDownLatch release = new CountDownLatch(1);
    try (BackgroundWorkers workers = workers()) {
      BackgroundDispatcher dispatcher = workers.dispatcher();
      DispatchRejectedException full =
          catchThrowableOfType(
              DispatchRejectedException.class,
              () -> {
                while (true) {
                  dispatcher.dispatch("filler", release::await);
                }
              });
      release.countDown();

      Response response = mapper.toResponse(full);

      assertThat(response.getStatus()).isEqualTo(503);
      assertThat(response.getHeaderString("Retry-After")).isEqualTo("1");
      assertThat(response.getMediaType()).hasToString("application/problem+json");
      assertThat(((Problem) response.getEntity()).detail())
          .isEqualTo("The service has more background work than it can do. Try again later.");
    }
  }

  @Test
  void asksToRetryLater_whenWorkersAreClosed() {
    BackgroundWorkers workers = workers();
    workers.close();
    DispatchRejectedException closed =
        catchThrowableOfType(
            DispatchRejectedException.class, () -> workers.dispatcher().dispatch("late", () -> {}));

    Response response = mapper.toResponse(closed);

    assertThat(response.getStatus()).isEqualTo(503);
    assertThat(response.getHeaderString("Retry-After")).isEqualTo("10");
    assertThat(((Problem) response.getEntity()).detail())
        .isEqualTo("The service is shutting down. Try again later.");
  }

  private static BackgroundWorkers workers() {
    return BackgroundWorkers.create(
        OpenTelemetry.noop(), WorkerOptions.builder().concurrency(1).queueCapacity(1).build());
  }
}
