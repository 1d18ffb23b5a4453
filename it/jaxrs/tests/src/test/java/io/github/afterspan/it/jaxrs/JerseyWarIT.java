// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it.jaxrs;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.afterspan.it.OtlpReceiver;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The ways to deploy Jersey besides the servlet in web.xml, which {@link MatrixIT} has. */
@Timeout(300)
class JerseyWarIT {

  private static final OtlpReceiver RECEIVER = OtlpReceiver.start();
  private static final CapturedLog LOG = CapturedLog.of("io.github.afterspan.jaxrs");
  private static final Map<WebServer.Kind, Deployment> DEPLOYMENTS =
      new EnumMap<>(WebServer.Kind.class);

  @BeforeAll
  static void deploy(@TempDir Path folder) throws Exception {
    for (WebServer.Kind kind : WebServer.Kind.values()) {
      Map<String, WebApp> applications = new LinkedHashMap<>();
      for (Implementation jersey : List.of(Implementation.JERSEY_4_0, Implementation.JERSEY_3_1)) {
        Path place = folder.resolve(kind + "/" + jersey);
        applications.put(
            "/" + jersey + "/annotated", annotated(place.resolve("annotated"), jersey));
        applications.put("/" + jersey + "/filter", asFilter(place.resolve("filter"), jersey));
        applications.put("/" + jersey + "/apart", mappedApart(place.resolve("apart"), jersey));
      }
      DEPLOYMENTS.put(kind, Deployment.on(kind, folder.resolve(kind + "-work"), applications));
    }
  }

  /** Nothing of Jersey in web.xml: the container finds the annotations. */
  private static WebApp annotated(Path folder, Implementation jersey) throws Exception {
    return base(folder, jersey)
        .classes(Path.of("../app/target/classes"), "io/github/afterspan/it/jaxrs/annotated")
        .backgroundFilter();
  }

  /** What Jersey does not know falls through to servlets. */
  private static WebApp asFilter(Path folder, Implementation jersey) throws Exception {
    return base(folder, jersey)
        .backgroundFilter()
        .filter(
            "jersey",
            jersey.servlet,
            Map.of(
                "jakarta.ws.rs.Application",
                "io.github.afterspan.it.jaxrs.app.MatrixApplication$OnJersey",
                "jersey.config.servlet.filter.forwardOn404",
                "true"),
            "/*",
            List.of())
        .servlet("io.github.afterspan.it.jaxrs.app.PlainServlet", Map.of(), "/plain");
  }

  /** The filter is there, but not where the resources are. */
  private static WebApp mappedApart(Path folder, Implementation jersey) throws Exception {
    return base(folder, jersey)
        .filter(
            "background",
            "io.github.afterspan.servlet.BackgroundDispatchFilter",
            Map.of(),
            "/elsewhere/*",
            List.of())
        .servlet(
            jersey.servlet,
            jersey.servletParameters("io.github.afterspan.it.jaxrs.app.MatrixApplication$OnJersey"),
            "/api/*");
  }

  private static WebApp base(Path folder, Implementation jersey) throws Exception {
    return WebApp.in(folder)
        .libraries(jersey.libraries(), jar -> true)
        .telemetry(RECEIVER.endpoint());
  }

  @AfterAll
  static void stop() throws Exception {
    for (Deployment deployment : DEPLOYMENTS.values()) {
      deployment.close();
    }
    RECEIVER.close();
    LOG.close();
  }

  static Stream<Arguments> paths() {
    return everywhere()
        .flatMap(
            place ->
                Stream.of(
                        "annotated/api/annotated",
                        "annotated/api/annotated/suspended",
                        "filter/per-request/field/here",
                        "filter/instance/field/here",
                        "filter/handling/suspended/field",
                        "filter/plain")
                    .map(path -> Arguments.of(place.get()[0], place.get()[1], path)));
  }

  static Stream<Arguments> everywhere() {
    return Stream.of(WebServer.Kind.values())
        .flatMap(
            kind ->
                Stream.of(Implementation.JERSEY_4_0, Implementation.JERSEY_3_1)
                    .map(jersey -> Arguments.of(kind, jersey)));
  }

  @ParameterizedTest(name = "{0} {1} {2}")
  @MethodSource("paths")
  void exportsTheTasksSpan_howeverJerseyIsDeployed(
      WebServer.Kind kind, Implementation jersey, String path) throws Exception {
    Trace trace = Trace.create();

    assertThat(DEPLOYMENTS.get(kind).client().text("/" + jersey + "/" + path, trace))
        .isEqualTo(Matrix.DISPATCHED);

    trace.assertTaskIsIn(RECEIVER);
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("everywhere")
  void startsTheTaskOnceBehindTheResponse_whenAnotherThreadAnswers(
      WebServer.Kind kind, Implementation jersey) throws Exception {
    for (String path : List.of("suspended", "completion-stage", "sse")) {
      Trace trace = Trace.create();

      assertThat(
              DEPLOYMENTS.get(kind).client().text("/" + jersey + "/filter/deferred/" + path, trace))
          .as(path)
          .contains("AWAITING_RESPONSE");

      trace.assertTaskIsIn(RECEIVER, "deferred");
    }
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("everywhere")
  void saysWhatToMap_whenFilterIsMappedElsewhere(WebServer.Kind kind, Implementation jersey)
      throws Exception {
    assertThat(
            DEPLOYMENTS
                .get(kind)
                .client()
                .text("/" + jersey + "/apart/api/per-request/field/here", Trace.create()))
        .startsWith(
            "java.lang.IllegalStateException: no BackgroundDispatcher: BackgroundDispatchFilter did"
                + " not run for this GET request below /"
                + jersey
                + "/apart/api/; map the filter to /*");
  }

  @Test
  void warnsOfNothing_whenFilterIsMapped() {
    assertThat(LOG.lines()).isEmpty();
  }
}
