// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it.jaxrs;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.afterspan.it.OtlpReceiver;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** {@code @Inject BackgroundDispatcher} in beans, with Weld and Jersey in WEB-INF/lib. */
@Timeout(300)
class CdiIT {

  private static final String NO_REQUEST =
      "WELD-001303: No active contexts for scope type jakarta.enterprise.context.RequestScoped";

  private static final OtlpReceiver RECEIVER = OtlpReceiver.start();
  private static final Map<WebServer.Kind, Deployment> DEPLOYMENTS =
      new EnumMap<>(WebServer.Kind.class);

  @BeforeAll
  static void deploy(@TempDir Path folder) throws Exception {
    for (WebServer.Kind kind : WebServer.Kind.values()) {
      Path place = folder.resolve(kind.toString());
      DEPLOYMENTS.put(
          kind,
          Deployment.on(
              kind,
              folder.resolve(kind + "-work"),
              Map.of(
                  "/cdi", servlets(base(place.resolve("cdi")).backgroundFilter()),
                  "/without-filter", servlets(base(place.resolve("without-filter"))))));
    }
  }

  private static WebApp base(Path folder) throws Exception {
    return WebApp.in(folder)
        .libraries(Path.of("../jersey-4.0-weld/target/lib"), jar -> true)
        .classes(Path.of("../app/target/classes"), "io/github/afterspan/it/jaxrs/cdi")
        .beans()
        .telemetry(RECEIVER.endpoint());
  }

  private static WebApp servlets(WebApp webApp) {
    return webApp
        .servlet(
            Implementation.JERSEY_4_0.servlet,
            Map.of("jakarta.ws.rs.Application", "io.github.afterspan.it.jaxrs.cdi.CdiApplication"),
            "/api/*")
        .servlet("io.github.afterspan.it.jaxrs.cdi.CdiServlet", Map.of(), "/servlet/*");
  }

  @AfterAll
  static void stop() throws Exception {
    for (Deployment deployment : DEPLOYMENTS.values()) {
      deployment.close();
    }
    RECEIVER.close();
  }

  private static final List<String> BEANS =
      List.of(
          "application-scoped-field",
          "application-scoped-constructor",
          "application-scoped-initialiser",
          "request-scoped-field",
          "instance",
          "resource-inject");

  static Stream<Arguments> workingPaths() {
    return paths(
        Stream.of(
                BEANS.stream().map(bean -> "api/cdi/" + bean + "/here"),
                BEANS.stream().map(bean -> "api/cdi/" + bean + "/unwrapped"),
                BEANS.stream().limit(5).map(bean -> "servlet/" + bean),
                Stream.of("here", "unwrapped").map(way -> "api/cdi/resource-context/" + way))
            .flatMap(path -> path));
  }

  static Stream<Arguments> pathsOnOtherThreads() {
    return paths(BEANS.stream().map(bean -> "api/cdi/" + bean + "/elsewhere"));
  }

  private static Stream<Arguments> paths(Stream<String> paths) {
    return paths.flatMap(
        path -> Stream.of(WebServer.Kind.values()).map(kind -> Arguments.of(kind, path)));
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("workingPaths")
  void exportsTheTasksSpanInTheRequestsTrace_forEachOfTwoRequests(WebServer.Kind kind, String path)
      throws Exception {
    for (int i = 0; i < 2; i++) {
      Trace trace = Trace.create();

      assertThat(DEPLOYMENTS.get(kind).client().text("/cdi/" + path, trace))
          .isEqualTo(Matrix.DISPATCHED);

      trace.assertTaskIsIn(RECEIVER);
    }
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("pathsOnOtherThreads")
  void refusesTheProxy_onAnotherThread(WebServer.Kind kind, String path) throws Exception {
    assertThat(DEPLOYMENTS.get(kind).client().text("/cdi/" + path, Trace.create()))
        .contains(NO_REQUEST);
  }

  /** In a resource that CDI makes, {@code @Context} is a proxy, too: Jersey's. */
  @ParameterizedTest
  @EnumSource(WebServer.Kind.class)
  void refusesTheContextsProxy_onAnotherThread(WebServer.Kind kind) throws Exception {
    assertThat(
            DEPLOYMENTS
                .get(kind)
                .client()
                .text("/cdi/api/cdi/resource-context/elsewhere", Trace.create()))
        .isEqualTo("java.lang.IllegalStateException: Not inside a request scope.");
  }

  @ParameterizedTest
  @EnumSource(WebServer.Kind.class)
  void saysWhatToMap_whenFilterIsMissing(WebServer.Kind kind) throws Exception {
    assertThat(
            DEPLOYMENTS
                .get(kind)
                .client()
                .text("/without-filter/servlet/application-scoped-field", Trace.create()))
        .isEqualTo(
            "java.lang.IllegalStateException: BackgroundDispatchFilter did not see GET"
                + " /without-filter/servlet/application-scoped-field: map it to a url-pattern that"
                + " covers it, \"/*\" for one, before what dispatches");
  }
}
