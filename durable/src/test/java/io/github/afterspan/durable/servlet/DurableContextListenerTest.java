// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.durable.servlet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.afterspan.durable.DurableDispatcher;
import io.github.afterspan.durable.DurableOptions;
import io.github.afterspan.durable.DurableWorkers;
import io.opentelemetry.api.OpenTelemetry;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletRequest;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class DurableContextListenerTest {

  private final Map<String, Object> contextAttributes = new HashMap<>();
  private final ServletContext context =
      fake(ServletContext.class, Map.of("getContextPath", "/shop"), contextAttributes);
  private final ServletRequest request =
      fake(ServletRequest.class, Map.of("getServletContext", context), new HashMap<>());
  private DurableWorkers workers;

  @BeforeEach
  void start() {
    JdbcDataSource dataSource = new JdbcDataSource();
    dataSource.setURL("jdbc:h2:mem:listener" + System.nanoTime() + ";DB_CLOSE_DELAY=-1");
    workers =
        DurableWorkers.builder(OpenTelemetry.noop(), dataSource)
            .options(
                DurableOptions.builder()
                    .schema(DurableOptions.Schema.CREATE)
                    .concurrency(1)
                    .build())
            .runsElsewhere("mail", String.class)
            .start();
  }

  @AfterEach
  void close() {
    workers.close();
  }

  /** Attributes, and answers to methods without parameters. */
  private static <T> T fake(
      Class<T> type, Map<String, Object> answers, Map<String, Object> attributes) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) ->
                switch (method.getName()) {
                  case "getAttribute" -> attributes.get(arguments[0]);
                  case "setAttribute" -> attributes.put((String) arguments[0], arguments[1]);
                  case "removeAttribute" -> attributes.remove(arguments[0]);
                  default -> answers.get(method.getName());
                }));
  }

  @Test
  void givesDispatchers_whileContextIsThere() {
    DurableContextListener listener = new DurableContextListener(workers);
    listener.contextInitialized(new ServletContextEvent(context));

    DurableContextListener.dispatcher(context).enqueue("mail", "a@example.org");
    DurableDispatcher ofRequest = DurableContextListener.dispatcher(request);
    ofRequest.enqueue("mail", "a@example.org");

    assertThat(DurableContextListener.dispatcher(request)).isSameAs(ofRequest);
    assertThat(request.getAttribute("io.github.afterspan.durable.DurableDispatcher"))
        .isSameAs(ofRequest);
    assertThat(workers.status().ready()).isEqualTo(2);

    listener.contextDestroyed(new ServletContextEvent(context));

    assertThat(contextAttributes).isEmpty();
    await()
        .atMost(Duration.ofSeconds(20)) // a pool counts as ended when its threads nearly are
        .untilAsserted(
            () ->
                assertThat(Thread.getAllStackTraces().keySet())
                    .extracting(Thread::getName)
                    .noneMatch(name -> name.startsWith("afterspan-durable-")));
  }

  @Test
  void saysWhatToDo_whenNoWorkersWerePublished() {
    assertThatThrownBy(() -> DurableContextListener.dispatcher(request))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "no DurableWorkers in web application \"/shop\": add a DurableContextListener, or call"
                + " DurableContextListener.publish at start");
  }
}
