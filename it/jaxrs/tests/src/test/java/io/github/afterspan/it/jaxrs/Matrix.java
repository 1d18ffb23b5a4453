// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it.jaxrs;

import static io.github.afterspan.it.jaxrs.Implementation.CXF_4_2;
import static io.github.afterspan.it.jaxrs.Implementation.JERSEY_3_1;
import static io.github.afterspan.it.jaxrs.Implementation.JERSEY_4_0;
import static io.github.afterspan.it.jaxrs.Implementation.RESTEASY_6_2;
import static io.github.afterspan.it.jaxrs.Implementation.RESTEASY_7_0;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which injection point works on which implementation, and what those say that do not. The table in
 * jaxrs/README.md is this one in words.
 */
final class Matrix {

  /** What a resource answers when the task was accepted. */
  static final String DISPATCHED = "dispatched";

  private static final String NULL = "null";

  private static final String JERSEY_NO_REQUEST =
      "java.lang.IllegalStateException: Not inside a request scope.";

  private static final String RESTEASY_NO_REQUEST =
      "java.lang.IllegalStateException: no BackgroundDispatcher: this thread serves no request;"
          + " call unwrap() on the request's thread and use what it returns, on any thread";

  private static final String CXF_NO_REQUEST =
      "java.lang.NullPointerException: io.github.afterspan.BackgroundDispatcher context class has"
          + " not been injected. Check if ContextProvider supporting this class is registered";

  private static final Set<Implementation> JERSEY = EnumSet.of(JERSEY_3_1, JERSEY_4_0);
  private static final Set<Implementation> RESTEASY = EnumSet.of(RESTEASY_6_2, RESTEASY_7_0);

  /** A request to a path of the application and how it is answered by each implementation. */
  record Row(String path, String unlessSaid, Map<Implementation, String> said) {

    private Row with(Set<Implementation> implementations, String answer) {
      Map<Implementation, String> more = new EnumMap<>(Implementation.class);
      more.putAll(said);
      implementations.forEach(implementation -> more.put(implementation, answer));
      return new Row(path, unlessSaid, more);
    }

    private Row with(Implementation implementation, String answer) {
      return with(EnumSet.of(implementation), answer);
    }

    /** On RESTEasy everything is a proxy, which needs the request's thread. */
    private Row proxyOnResteasy() {
      return with(RESTEASY, RESTEASY_NO_REQUEST);
    }

    private Row proxyEverywhere() {
      return proxyOnResteasy().with(JERSEY, JERSEY_NO_REQUEST).with(CXF_4_2, CXF_NO_REQUEST);
    }

    /** The path of the request that keeps what it is given, for this one to use; or null. */
    @Nullable String pathBefore() {
      return path.contains("/kept") ? path.replace("/kept", "/keep") : null;
    }

    String answerOf(Implementation implementation) {
      return said.getOrDefault(implementation, unlessSaid);
    }

    @Override
    public String toString() {
      return path;
    }
  }

  private Matrix() {}

  static List<Row> rows() {
    List<Row> rows = new ArrayList<>();
    for (String point : List.of("field", "constructor", "setter", "parameter", "bean-param")) {
      rows.add(works("per-request/" + point + "/here"));
      rows.add(works("per-request/" + point + "/unwrapped"));
      rows.add(works("per-request/" + point + "/elsewhere").proxyOnResteasy());
      rows.add(works("per-request/" + point + "/kept").proxyOnResteasy());
      rows.add(works("per-request/" + point + "/kept-unwrapped"));
    }
    for (String point : List.of("field", "setter")) {
      rows.add(works("instance/" + point + "/here"));
      rows.add(works("instance/" + point + "/unwrapped"));
      rows.add(works("instance/" + point + "/elsewhere").proxyEverywhere());
    }
    for (String point : List.of("instance/parameter", "singleton/parameter")) {
      rows.add(works(point + "/here"));
      rows.add(works(point + "/elsewhere").proxyOnResteasy());
    }
    for (String point : List.of("field", "constructor")) {
      rows.add(works("singleton/" + point + "/here"));
      rows.add(works("singleton/" + point + "/unwrapped"));
      // RESTEasy and CXF do not know the annotation, and make an object for each request.
      rows.add(
          works("singleton/" + point + "/elsewhere")
              .proxyOnResteasy()
              .with(JERSEY, JERSEY_NO_REQUEST));
    }
    addProviders(rows);
    addHandling(rows);
    addSubResources(rows);
    rows.add(works("application-field").with(JERSEY, NULL));
    rows.add(
        new Row("record", "Request failed.", Map.of())
            .with(RESTEASY, "java.lang.IllegalAccessException: Can not set final")
            .with(CXF_4_2, "can not be accessed due to security manager restrictions"));
    return rows;
  }

  private static void addProviders(List<Row> rows) {
    for (String point :
        List.of(
            "pre-matching-filter",
            "request-filter",
            "constructed-filter",
            "response-filter",
            "exception-mapper",
            "writer",
            "reader")) {
      rows.add(works("provider/" + point));
    }
  }

  private static void addHandling(List<Row> rows) {
    for (String kind : List.of("suspended", "completion-stage", "sse")) {
      rows.add(works("handling/" + kind + "/field").proxyOnResteasy());
      rows.add(works("handling/" + kind + "/parameter").proxyOnResteasy());
      rows.add(works("handling/" + kind + "/unwrapped-field"));
      rows.add(works("handling/" + kind + "/unwrapped-parameter"));
    }
    rows.add(works("handling/streaming/field"));
    rows.add(works("handling/streaming/parameter"));
  }

  private static void addSubResources(List<Row> rows) {
    for (String way : List.of("class", "got", "initialised")) {
      rows.add(works("sub-resource/" + way + "/field/here"));
      rows.add(works("sub-resource/" + way + "/field/unwrapped"));
      rows.add(
          works("sub-resource/" + way + "/field/elsewhere")
              .proxyOnResteasy()
              .with(JERSEY, JERSEY_NO_REQUEST));
    }
    rows.add(new Row("sub-resource/new/field/here", NULL, Map.of()));
    rows.add(works("sub-resource/new/parameter/here"));
    rows.add(works("sub-resource/new/parameter/elsewhere").proxyOnResteasy());
    rows.add(works("sub-resource/given"));
  }

  /** What only Jersey has. */
  static List<Row> jerseyRows() {
    List<Row> rows = new ArrayList<>();
    for (String point : List.of("field", "constructor", "setter")) {
      rows.add(works("inject/" + point + "/here"));
      rows.add(works("inject/" + point + "/elsewhere"));
    }
    rows.add(works("inject/provider/here"));
    rows.add(works("inject/provider/unwrapped"));
    rows.add(works("inject/provider/elsewhere").with(JERSEY, JERSEY_NO_REQUEST));
    rows.add(works("managed-async/field"));
    rows.add(works("managed-async/parameter"));
    return rows;
  }

  private static Row works(String path) {
    return new Row(path, DISPATCHED, Map.of());
  }
}
