// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it.jaxrs;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.afterspan.it.OtlpReceiver;
import io.github.afterspan.it.ReceivedSpan;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * {@code @Context DurableDispatcher} on every implementation: a job that was stored within a
 * transaction runs when its exchange is over, in the trace of the request.
 */
@Timeout(300)
class DurableInjectionIT {

  private static final OtlpReceiver RECEIVER = OtlpReceiver.start();
  private static Deployment deployment;

  /** Where no workers are published; one of each kind is enough. */
  private static final List<Implementation> WITHOUT =
      List.of(Implementation.JERSEY_4_0, Implementation.RESTEASY_7_0);

  @BeforeAll
  static void deploy(@TempDir Path folder) throws Exception {
    Map<String, WebApp> applications = new LinkedHashMap<>();
    for (Implementation implementation : Implementation.values()) {
      applications.put(
          "/" + implementation,
          webApp(folder.resolve("with/" + implementation), implementation)
              .listener("DurableListener"));
    }
    for (Implementation implementation : WITHOUT) {
      applications.put(
          "/" + implementation + "/without",
          webApp(folder.resolve("without/" + implementation), implementation));
    }
    deployment = Deployment.on(WebServer.Kind.JETTY_12_1, folder.resolve("work"), applications);
  }

  private static WebApp webApp(Path folder, Implementation implementation) throws Exception {
    return WebApp.in(folder)
        .libraries(implementation.libraries(), jar -> true)
        .telemetry(RECEIVER.endpoint())
        .backgroundFilter()
        .servlet(
            implementation.servlet,
            implementation.servletParameters(
                implementation.variantOf("io.github.afterspan.it.jaxrs.app.DurableApplication")),
            "/api/*");
  }

  @AfterAll
  static void stop() throws Exception {
    deployment.close();
    RECEIVER.close();
  }

  static Stream<Arguments> points() {
    return Stream.of(Implementation.values())
        .flatMap(
            implementation ->
                Stream.of("per-request/field", "per-request/parameter", "instance/field")
                    .map(point -> Arguments.of(implementation, point)));
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("points")
  void runsJobInTraceOfTheRequest_whenExchangeIsOver(Implementation implementation, String point)
      throws Exception {
    for (int call = 1; call <= 2; call++) { // what lives longer must not remember the first
      Trace trace = Trace.create();

      String answer = deployment.client().text("/" + implementation + "/api/" + point, trace);

      assertThat(answer).isEqualTo("enqueued");
      ReceivedSpan request = await(trace, "request");
      ReceivedSpan send = await(trace, "send mail");
      ReceivedSpan process = await(trace, "process mail");
      assertThat(send.parentSpanId()).isEqualTo(request.spanId());
      assertThat(process.parentSpanId()).isEqualTo(send.spanId());
    }
  }

  private static ReceivedSpan await(Trace trace, String name) {
    return RECEIVER.awaitSpan(
        name + " in trace " + trace.traceId(),
        span -> span.name().equals(name) && span.traceId().equals(trace.traceId()));
  }

  static List<Implementation> without() {
    return WITHOUT;
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("without")
  void saysWhatToDo_whenNoWorkersWerePublished(Implementation implementation) throws Exception {
    String application = "/" + implementation + "/without";

    assertThat(deployment.client().text(application + "/api/per-request/parameter", Trace.create()))
        .isEqualTo(
            "java.lang.IllegalStateException: no DurableWorkers in web application \""
                + application
                + "\": add a DurableContextListener, or call DurableContextListener.publish at"
                + " start");
  }
}
