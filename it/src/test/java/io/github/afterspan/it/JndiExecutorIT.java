// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.afterspan.servlet.BackgroundDispatchFilter;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.ee11.plus.webapp.EnvConfiguration;
import org.eclipse.jetty.ee11.webapp.WebAppContext;
import org.eclipse.jetty.plus.jndi.EnvEntry;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** An executor that Jetty keeps in its directory, which is not ours to be closed. */
@Timeout(60)
class JndiExecutorIT {

  @Test
  void runsTasksOnTheExecutorOfTheDirectory_andLeavesItsLifecycleAlone(@TempDir Path directory)
      throws Exception {
    ManagedExecutor managed = new ManagedExecutor();
    CompletableFuture<String> thread = new CompletableFuture<>();
    Server server = new Server();
    ServerConnector connector = new ServerConnector(server);
    connector.setHost("127.0.0.1");
    server.addConnector(connector);
    WebAppContext webapp = new WebAppContext();
    webapp.setContextPath("/");
    webapp.setBaseResourceAsPath(directory);
    webapp.setThrowUnavailableOnStartupException(true);
    webapp.addConfiguration(new EnvConfiguration());
    webapp.addServletContainerInitializer(
        new Application()
            .backgroundFilter(Map.of("executor", "java:comp/env/concurrent/background"))
            .servlet(
                "/one",
                (request, response) ->
                    BackgroundDispatchFilter.dispatcher(request)
                        .dispatch("one", () -> thread.complete(Thread.currentThread().getName()))));
    EnvEntry entry = new EnvEntry(webapp, "concurrent/background", managed, true);
    server.setHandler(webapp);
    server.start();
    try (HttpConnection connection = HttpConnection.open(connector.getLocalPort())) {
      assertThat(connection.get("/one").status()).isEqualTo(200);
    } finally {
      server.stop();
      entry.release();
    }

    assertThat(thread.get(20, TimeUnit.SECONDS)).startsWith(ManagedExecutor.THREADS);
    assertThat(managed.lifecycleCalls()).isEmpty();
  }
}
