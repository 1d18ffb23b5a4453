// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it.jaxrs;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.afterspan.it.OtlpReceiver;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What a client is told when a task is refused, by us or by the application's own mapper. */
@Timeout(300)
class RejectionIT {

  private static final String APPLICATIONS = "io.github.afterspan.it.jaxrs.app.";
  private static final OtlpReceiver RECEIVER = OtlpReceiver.start();
  private static Deployment deployment;

  @BeforeAll
  static void deploy(@TempDir Path folder) throws Exception {
    Map<String, WebApp> applications = new LinkedHashMap<>();
    for (Implementation implementation : Implementation.values()) {
      applications.put(
          "/" + implementation,
          webApp(folder, implementation, implementation.variantOf("MatrixApplication")));
      for (String order : new String[] {"MapperFirst", "MapperLast"}) {
        applications.put(
            "/" + implementation + "/" + order,
            webApp(folder, implementation, "OverridingApplication$" + order));
      }
    }
    deployment = Deployment.on(WebServer.Kind.JETTY_12_1, folder.resolve("work"), applications);
  }

  private static WebApp webApp(Path folder, Implementation implementation, String application)
      throws Exception {
    return WebApp.in(folder.resolve(implementation + application))
        .libraries(implementation.libraries(), jar -> true)
        .telemetry(RECEIVER.endpoint())
        .backgroundFilter()
        .servlet(
            implementation.servlet,
            implementation.servletParameters(APPLICATIONS + application),
            "/api/*");
  }

  @AfterAll
  static void stop() throws Exception {
    deployment.close();
    RECEIVER.close();
  }

  static Stream<Arguments> waysOfFailing() {
    return Stream.of(Implementation.values())
        .flatMap(
            implementation ->
                Stream.of("sync", "suspended", "completion-stage", "wrapped-in-completion-stage")
                    .map(way -> Arguments.of(implementation, way)));
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("waysOfFailing")
  void answers503WithProblem_whenTaskIsRefused(Implementation implementation, String way)
      throws Exception {
    HttpResponse<String> response =
        deployment.client().get("/" + implementation + "/api/rejecting/" + way, Trace.create());

    assertThat(response.statusCode()).isEqualTo(503);
    assertThat(response.headers().allValues("Retry-After")).containsExactly("1");
    assertThat(response.headers().allValues("Content-Type"))
        .containsExactly("application/problem+json");
    assertThat(response.body())
        .isEqualTo(
            "{\"type\":\"about:blank\",\"title\":\"Service Unavailable\",\"status\":503,"
                + "\"detail\":\"The service has more background work than it can do."
                + " Try again later.\"}");
  }

  static Stream<Arguments> orders() {
    return Stream.of(Implementation.values())
        .flatMap(
            implementation ->
                Stream.of("MapperFirst", "MapperLast")
                    .map(order -> Arguments.of(implementation, order)));
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("orders")
  void answersAsTheApplicationsMapperSays_whereverThatIsRegistered(
      Implementation implementation, String order) throws Exception {
    HttpResponse<String> response =
        deployment
            .client()
            .get("/" + implementation + "/" + order + "/api/rejecting/sync", Trace.create());

    assertThat(response.statusCode()).isEqualTo(429);
    assertThat(response.body()).isEqualTo("mapped by the application: QUEUE_FULL");
  }
}
