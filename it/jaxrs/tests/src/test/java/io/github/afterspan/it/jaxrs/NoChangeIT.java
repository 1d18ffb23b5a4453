// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it.jaxrs;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The same requests to the same application, with the filter and the feature and without: whoever
 * never dispatches must not notice us.
 */
@Timeout(300)
class NoChangeIT {

  private static final Map<WebServer.Kind, Deployment> WITH = new EnumMap<>(WebServer.Kind.class);
  private static final Map<WebServer.Kind, Deployment> WITHOUT =
      new EnumMap<>(WebServer.Kind.class);

  @BeforeAll
  static void deploy(@TempDir Path folder) throws Exception {
    for (WebServer.Kind kind : WebServer.Kind.values()) {
      Map<String, WebApp> with = new LinkedHashMap<>();
      Map<String, WebApp> without = new LinkedHashMap<>();
      for (Implementation implementation : Implementation.values()) {
        Path place = folder.resolve(kind + "/" + implementation);
        with.put(
            "/" + implementation,
            servlet(
                WebApp.in(place.resolve("with"))
                    .libraries(implementation.libraries(), jar -> true)
                    .backgroundFilter(),
                implementation,
                // CXF has to be told of the feature, the others find it.
                implementation == Implementation.CXF_4_2
                    ? "io.github.afterspan.it.jaxrs.app.PlainWithFeature"
                    : "io.github.afterspan.it.jaxrs.plain.PlainApplication"));
        without.put(
            "/" + implementation,
            servlet(
                WebApp.in(place.resolve("without"))
                    .libraries(implementation.libraries(), NoChangeIT::isNotOurs),
                implementation,
                "io.github.afterspan.it.jaxrs.plain.PlainApplication"));
      }
      WITH.put(kind, Deployment.on(kind, folder.resolve(kind + "-with"), with));
      WITHOUT.put(kind, Deployment.on(kind, folder.resolve(kind + "-without"), without));
    }
  }

  private static boolean isNotOurs(String jar) {
    return !jar.startsWith("afterspan-filter") && !jar.startsWith("afterspan-jaxrs");
  }

  private static WebApp servlet(WebApp webApp, Implementation implementation, String application) {
    return webApp.servlet(
        implementation.servlet, implementation.servletParameters(application), "/api/*");
  }

  @AfterAll
  static void stop() throws Exception {
    for (Map<WebServer.Kind, Deployment> deployments : List.of(WITH, WITHOUT)) {
      for (Deployment deployment : deployments.values()) {
        deployment.close();
      }
    }
  }

  static List<Arguments> cells() {
    List<Arguments> cells = new ArrayList<>();
    for (WebServer.Kind kind : WebServer.Kind.values()) {
      for (Implementation implementation : Implementation.values()) {
        for (Exchange exchange : Exchange.all()) {
          cells.add(Arguments.of(kind, implementation, exchange));
        }
      }
    }
    return cells;
  }

  @ParameterizedTest(name = "{0} {1} {2}")
  @MethodSource("cells")
  void answersTheSame_withUsAndWithout(
      WebServer.Kind kind, Implementation implementation, Exchange exchange) throws Exception {
    Comparable with = answer(WITH.get(kind), implementation, exchange);
    Comparable without = answer(WITHOUT.get(kind), implementation, exchange);

    assertThat(with).isEqualTo(without);
    assertThat(with.status()).isIn(exchange.expectedStatus());
  }

  /** What a client sees but for what no two requests have in common. */
  private record Comparable(int status, Map<String, List<String>> headers, String body) {}

  private static Comparable answer(
      Deployment deployment, Implementation implementation, Exchange exchange) throws Exception {
    Client client = deployment.client();
    HttpResponse<String> response =
        client.send(exchange.request(client.address("/" + implementation + "/api/")));
    Map<String, List<String>> headers = new TreeMap<>();
    response
        .headers()
        .map()
        .forEach(
            (name, values) ->
                headers.put(
                    name.toLowerCase(Locale.ROOT),
                    values.stream().map(value -> normalised(value, client)).toList()));
    headers.remove("date");
    String body = normalised(response.body(), client);
    if (!body.equals(response.body())) {
      headers.remove("content-length");
    }
    if (response.statusCode() == 415) {
      // Jetty closes when the body that nobody wants has not arrived yet.
      headers.remove("connection");
    }
    return new Comparable(response.statusCode(), headers, body);
  }

  /** Without the port, the session, and the stack traces that containers show, which name us. */
  private static String normalised(String text, Client client) {
    return text.replaceAll("(127.0.0.1|localhost):" + client.address("/").getPort(), "authority")
        .replaceAll("(?s)<pre>.*?</pre>", "<pre/>")
        .replaceAll("JSESSIONID=[^;]*", "JSESSIONID=id");
  }
}
