// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.afterspan.BackgroundWorkers;
import io.github.afterspan.DispatchRejectedException;
import io.github.afterspan.WorkerOptions;
import io.github.afterspan.servlet.BackgroundDispatchFilter;
import io.opentelemetry.api.GlobalOpenTelemetry;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.ee11.servlet.FilterHolder;
import org.eclipse.jetty.ee11.servlet.ServletContextHandler;
import org.eclipse.jetty.ee11.servlet.ServletHolder;
import org.eclipse.jetty.ee11.webapp.WebAppContext;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Every way to tell a container of the filter. The workers of each have room for one task. */
@Timeout(60)
class RegistrationIT {

  private static final Map<String, String> ROOM_FOR_ONE =
      Map.of("concurrency", "1", "queue-capacity", "0", "drain-timeout", "20s");

  private static volatile CountDownLatch release = new CountDownLatch(1);

  private final OtlpReceiver receiver = OtlpReceiver.start();
  private final Telemetry telemetry = Telemetry.exportingTo(receiver);
  private final Server server = new Server();

  @BeforeEach
  void registerGlobally() {
    GlobalOpenTelemetry.resetForTest();
    GlobalOpenTelemetry.set(telemetry.openTelemetry());
    release = new CountDownLatch(1);
  }

  @AfterEach
  void close() throws Exception {
    release.countDown();
    server.stop();
    GlobalOpenTelemetry.resetForTest();
    telemetry.close();
    receiver.close();
    Telemetry.assertNoScopeLeft();
  }

  @Test
  void takesInitParams_whenRegisteredInWebXml(@TempDir Path directory) throws Exception {
    Files.createDirectory(directory.resolve("WEB-INF"));
    Files.writeString(
        directory.resolve("WEB-INF/web.xml"),
        """
        <web-app xmlns="https://jakarta.ee/xml/ns/jakartaee" version="6.0">
          <filter>
            <filter-name>background</filter-name>
            <filter-class>io.github.afterspan.servlet.BackgroundDispatchFilter</filter-class>
            <async-supported>true</async-supported>
            <init-param>
              <param-name>concurrency</param-name><param-value>1</param-value>
            </init-param>
            <init-param>
              <param-name>queue-capacity</param-name><param-value>0</param-value>
            </init-param>
          </filter>
          <filter-mapping>
            <filter-name>background</filter-name>
            <url-pattern>/*</url-pattern>
          </filter-mapping>
          <servlet>
            <servlet-name>orders</servlet-name>
            <servlet-class>%s</servlet-class>
          </servlet>
          <servlet-mapping>
            <servlet-name>orders</servlet-name>
            <url-pattern>/orders</url-pattern>
          </servlet-mapping>
        </web-app>
        """
            .formatted(Orders.class.getName()));
    WebAppContext webapp = new WebAppContext();
    webapp.setContextPath("/");
    webapp.setBaseResourceAsPath(directory);

    assertHasRoomForOne(start(webapp));
  }

  @Test
  void takesInitParams_whenRegisteredByItsClass() throws Exception {
    ServletContextHandler context = context();
    context.addServletContainerInitializer(
        new Application().backgroundFilter(ROOM_FOR_ONE).servlet("/orders", new Orders()));

    assertHasRoomForOne(start(context));
  }

  @Test
  void takesInitParams_whenEmbeddedByJettysOwnMeans() throws Exception {
    ServletContextHandler context = context();
    FilterHolder holder = new FilterHolder(BackgroundDispatchFilter.class);
    holder.setInitParameters(ROOM_FOR_ONE);
    holder.setAsyncSupported(true);
    context.addFilter(holder, "/*", EnumSet.of(DispatcherType.REQUEST));
    context.addServlet(new ServletHolder(new Orders()), "/orders");

    assertHasRoomForOne(start(context));
  }

  @Test
  void takesTheOptionsOfTheWorkers_whenRegisteredAsAnInstance() throws Exception {
    ServletContextHandler context = context();
    WorkerOptions options = WorkerOptions.builder().concurrency(1).queueCapacity(0).build();
    context.addServletContainerInitializer(
        new Application()
            .filter(
                new BackgroundDispatchFilter(
                    BackgroundWorkers.create(telemetry.openTelemetry(), options)))
            .servlet("/orders", new Orders()));

    assertHasRoomForOne(start(context));
  }

  @Test
  void refusesToStart_whenAnInitParamIsBad() {
    ServletContextHandler context = context();
    context.addServletContainerInitializer(
        new Application().backgroundFilter(Map.of("timeout", "soon")));

    assertThatThrownBy(() -> start(context))
        .hasStackTraceContaining("timeout must be ")
        .hasStackTraceContaining("was \"soon\"");
  }

  private static ServletContextHandler context() {
    return new ServletContextHandler("/", ServletContextHandler.NO_SESSIONS);
  }

  private int start(ServletContextHandler context) throws Exception {
    ServerConnector connector = new ServerConnector(server);
    connector.setHost("127.0.0.1");
    server.addConnector(connector);
    server.setHandler(context);
    server.start();
    return connector.getLocalPort();
  }

  private void assertHasRoomForOne(int port) throws Exception {
    try (HttpConnection connection = HttpConnection.open(port)) {
      assertThat(connection.get("/orders").status()).isEqualTo(201);
      assertThat(connection.get("/orders").status()).isEqualTo(503);
    }
    release.countDown();

    ReceivedSpan task = receiver.awaitSpan("mail");
    assertThat(task.scope()).isEqualTo("io.github.afterspan");
    server.getHandler().stop();
    assertThat(receiver.spans("mail")).hasSize(1);
  }

  /** Dispatches one task for each request, which holds a worker until it is let go. */
  public static final class Orders extends HttpServlet {

    private static final long serialVersionUID = 1L;

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response)
        throws IOException {
      try {
        BackgroundDispatchFilter.dispatcher(request)
            .dispatch("mail", () -> assertThat(release.await(20, TimeUnit.SECONDS)).isTrue());
        response.setStatus(201);
      } catch (DispatchRejectedException e) {
        response.sendError(503);
      }
    }
  }
}
