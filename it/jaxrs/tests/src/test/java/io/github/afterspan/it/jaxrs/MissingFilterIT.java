// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it.jaxrs;

import static io.github.afterspan.it.jaxrs.Matrix.DISPATCHED;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
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

/** What an application is told that has the feature but forgot the filter. */
@Timeout(300)
class MissingFilterIT {

  private static final Map<WebServer.Kind, Deployment> DEPLOYMENTS =
      new EnumMap<>(WebServer.Kind.class);
  private static final CapturedLog LOG = CapturedLog.of("io.github.afterspan.jaxrs");

  @BeforeAll
  static void deploy(@TempDir Path folder) throws Exception {
    for (WebServer.Kind kind : WebServer.Kind.values()) {
      Map<String, WebApp> applications = new LinkedHashMap<>();
      for (Implementation implementation : Implementation.values()) {
        applications.put(
            "/" + kind + "/" + implementation,
            WebApp.in(folder.resolve(kind + "/" + implementation))
                .libraries(implementation.libraries(), jar -> true)
                .filter(
                    "spans",
                    "io.github.afterspan.it.jaxrs.app.RequestSpanFilter",
                    Map.of(),
                    "/*",
                    List.of())
                .servlet(
                    implementation.servlet,
                    implementation.servletParameters(
                        implementation.variantOf(
                            "io.github.afterspan.it.jaxrs.app.MatrixApplication")),
                    "/api/*"));
      }
      DEPLOYMENTS.put(kind, Deployment.on(kind, folder.resolve(kind + "-work"), applications));
    }
  }

  @AfterAll
  static void stop() throws Exception {
    for (Deployment deployment : DEPLOYMENTS.values()) {
      deployment.close();
    }
    LOG.close();
  }

  static Stream<Arguments> applications() {
    return Stream.of(WebServer.Kind.values())
        .flatMap(
            kind ->
                Stream.of(Implementation.values())
                    .map(implementation -> Arguments.of(kind, implementation)));
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("applications")
  void saysWhatToMap_atEveryInjectionPoint(WebServer.Kind kind, Implementation implementation)
      throws Exception {
    String application = "/" + kind + "/" + implementation + "/api/";
    Map<String, String> answers = new LinkedHashMap<>();
    List<Matrix.Row> rows = new ArrayList<>(Matrix.rows());
    if (implementation.isJersey()) {
      rows.addAll(Matrix.jerseyRows());
    }
    for (Matrix.Row row : rows) {
      if (row.answerOf(implementation).equals(DISPATCHED) && row.pathBefore() == null) {
        answers.put(
            row.path(),
            DEPLOYMENTS.get(kind).client().text(application + row.path(), Trace.create()));
      }
    }

    assertThat(answers).hasSizeGreaterThan(30);
    assertThat(answers)
        .allSatisfy(
            (path, answer) ->
                assertThat(answer)
                    .isEqualTo(
                        "java.lang.IllegalStateException: no BackgroundDispatcher:"
                            + " BackgroundDispatchFilter did not run for this %s request below %s;"
                            + " map the filter to /* with async-supported, before the JAX-RS"
                            + " servlet or filter, and add the dispatcher types FORWARD and ERROR"
                            + " where forwarded requests or error pages dispatch",
                        path.endsWith("reader") ? "POST" : "GET", application));
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("applications")
  void warnsOnceAtStartUp_whereTheContainerLetsUsLook(
      WebServer.Kind kind, Implementation implementation) {
    String application = "/" + kind + "/" + implementation;
    Stream<String> warnings =
        LOG.lines().stream().filter(line -> line.contains('"' + application + '"'));

    if (implementation == Implementation.CXF_4_2) {
      assertThat(warnings).isEmpty();
    } else {
      assertThat(warnings)
          .containsExactly(
              "WARNING web application \""
                  + application
                  + "\" has no mapping for BackgroundDispatchFilter, so that @Context"
                  + " BackgroundDispatcher will throw when it is used; map the filter to /* with"
                  + " async-supported (or ignore this where another filter calls it)");
    }
  }
}
