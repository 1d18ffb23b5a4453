// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.afterspan.servlet.BackgroundDispatchFilter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Hashtable;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import javax.naming.Context;
import javax.naming.Name;
import javax.naming.spi.ObjectFactory;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.startup.Tomcat;
import org.apache.tomcat.util.descriptor.web.ContextResource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An executor that Tomcat keeps in its directory, which is not ours to be closed. */
@Timeout(60)
class JndiExecutorIT {

  private static volatile ManagedExecutor managed = new ManagedExecutor();

  @Test
  void runsTasksOnTheExecutorOfTheDirectory_andLeavesItsLifecycleAlone() throws Exception {
    managed = new ManagedExecutor();
    CompletableFuture<String> thread = new CompletableFuture<>();
    CountDownLatch release = new CountDownLatch(1);
    CountDownLatch finished = new CountDownLatch(1);
    Tomcat tomcat = new Tomcat();
    int port =
        start(
            tomcat,
            new Application()
                .backgroundFilter(Map.of("executor", "java:comp/env/concurrent/background"))
                .servlet(
                    "/one",
                    (request, response) ->
                        BackgroundDispatchFilter.dispatcher(request)
                            .dispatch(
                                "one",
                                () -> {
                                  thread.complete(Thread.currentThread().getName());
                                  assertThat(release.await(20, TimeUnit.SECONDS)).isTrue();
                                  finished.countDown();
                                })));
    try (HttpConnection connection = HttpConnection.open(port)) {
      assertThat(connection.get("/one").status()).isEqualTo(200);
    }
    assertThat(thread.get(20, TimeUnit.SECONDS)).startsWith(ManagedExecutor.THREADS);
    release.countDown();

    tomcat.stop();
    tomcat.destroy();

    assertThat(finished.getCount()).isZero();
    assertThat(managed.lifecycleCalls()).isEmpty();
    ExecutorService executor = managed;
    assertThat(executor.submit(() -> "still works").get(20, TimeUnit.SECONDS))
        .isEqualTo("still works");
  }

  private static int start(Tomcat tomcat, Application application) throws Exception {
    Path base = Files.createTempDirectory(Path.of("target"), "tomcat").toAbsolutePath();
    tomcat.setBaseDir(base.toString());
    tomcat.enableNaming();
    Connector connector = new Connector();
    connector.setPort(0);
    connector.setProperty("address", "127.0.0.1");
    tomcat.setConnector(connector);
    ContextResource resource = new ContextResource();
    resource.setName("concurrent/background");
    resource.setAuth("Container");
    resource.setType(ManagedExecutor.class.getName());
    resource.setProperty("factory", Factory.class.getName());
    var context = tomcat.addContext("", base.toString());
    context.getNamingResources().addResource(resource);
    context.addServletContainerInitializer(application, Set.of());
    tomcat.start();
    return connector.getLocalPort();
  }

  /** Asked by Tomcat when somebody looks the name up. */
  public static final class Factory implements ObjectFactory {
    @Override
    public Object getObjectInstance(
        Object reference, Name name, Context context, Hashtable<?, ?> environment) {
      return managed;
    }
  }
}
