// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.afterspan.BackgroundWorkers;
import io.github.afterspan.StartMode;
import io.github.afterspan.TaskOptions;
import io.github.afterspan.WorkerOptions;
import io.github.afterspan.servlet.BackgroundDispatchFilter;
import io.opentelemetry.api.OpenTelemetry;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A filter that is to wait for the last byte, on a Tomcat that tells nobody of it. */
@Timeout(60)
class TomcatWithoutValveIT {

  private static final TaskOptions AFTER =
      TaskOptions.named("after").startMode(StartMode.AFTER_RESPONSE);

  @Test
  void startsTaskWhenTheContainerHasTheResponseBack() throws Exception {
    CountDownLatch ran = new CountDownLatch(1);
    BackgroundWorkers workers =
        BackgroundWorkers.create(OpenTelemetry.noop(), WorkerOptions.defaults());
    try (Container container = new TomcatContainer(false)) {
      int port =
          container.start(
              new Application()
                  .filter(
                      new BackgroundDispatchFilter(workers), Map.of("after-response", "last-byte"))
                  .servlet(
                      "/one",
                      (request, response) -> {
                        BackgroundDispatchFilter.dispatcher(request)
                            .dispatch(AFTER, ran::countDown);
                        response.getWriter().print("done");
                      }));
      try (HttpConnection connection = HttpConnection.open(port)) {
        assertThat(connection.get("/one").body()).isEqualTo("done");
      }
      assertThat(ran.await(20, TimeUnit.SECONDS)).isTrue();
    }
  }
}
