// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it.jaxrs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** A web application on disk, as an unpacked WAR. */
final class WebApp {

  private static final String APP = "io.github.afterspan.it.jaxrs.app.";

  private final Path root;
  private final StringBuilder descriptor = new StringBuilder();

  private WebApp(Path root) {
    this.root = root;
  }

  /** Begins with an empty application in a new folder. */
  static WebApp in(Path folder) throws IOException {
    Files.createDirectories(folder.resolve("WEB-INF/lib"));
    return new WebApp(folder);
  }

  WebApp libraries(Path folder, Predicate<String> wanted) throws IOException {
    try (Stream<Path> jars = Files.list(folder)) {
      for (Path jar : jars.toList()) {
        String name = jar.getFileName().toString();
        if (wanted.test(name)) {
          Files.copy(jar, root.resolve("WEB-INF/lib").resolve(name));
        }
      }
    }
    return this;
  }

  /** Copies the classes of one package. */
  WebApp classes(Path folder, String packageFolder) throws IOException {
    Path target = Files.createDirectories(root.resolve("WEB-INF/classes").resolve(packageFolder));
    try (Stream<Path> classes = Files.list(folder.resolve(packageFolder))) {
      for (Path file : classes.toList()) {
        Files.copy(file, target.resolve(file.getFileName()));
      }
    }
    return this;
  }

  /** Says that there are beans in WEB-INF/classes, and starts Weld. */
  WebApp beans() throws IOException {
    Files.writeString(
        root.resolve("WEB-INF/beans.xml"),
        """
        <beans xmlns="https://jakarta.ee/xml/ns/jakartaee" version="4.0"
          bean-discovery-mode="annotated"></beans>
        """);
    descriptor.append(
        """
        <listener>
          <listener-class>org.jboss.weld.environment.servlet.Listener</listener-class>
        </listener>
        """);
    return this;
  }

  /** An SDK, and a span for each request. */
  WebApp telemetry(String endpoint) {
    descriptor.append(
        """
        <context-param>
          <param-name>otlp-endpoint</param-name><param-value>%s</param-value>
        </context-param>
        <listener><listener-class>%sTelemetryListener</listener-class></listener>
        """
            .formatted(endpoint, APP));
    return filter("spans", APP + "RequestSpanFilter", Map.of(), "/*", List.of());
  }

  /** A listener of the application. */
  WebApp listener(String name) {
    descriptor.append("<listener><listener-class>" + APP + name + "</listener-class></listener>");
    return this;
  }

  /** Our filter, as the README says. */
  WebApp backgroundFilter() {
    return filter(
        "background",
        "io.github.afterspan.servlet.BackgroundDispatchFilter",
        Map.of("concurrency", "4", "queue-capacity", "1000"),
        "/*",
        List.of());
  }

  WebApp filter(
      String name,
      String type,
      Map<String, String> parameters,
      String pattern,
      List<String> dispatchers) {
    descriptor.append(
        """
        <filter>
          <filter-name>%1$s</filter-name><filter-class>%2$s</filter-class>
          <async-supported>true</async-supported>
          %3$s
        </filter>
        <filter-mapping>
          <filter-name>%1$s</filter-name><url-pattern>%4$s</url-pattern>
          %5$s
        </filter-mapping>
        """
            .formatted(
                name,
                type,
                parameters(parameters),
                pattern,
                String.join(
                    "",
                    dispatchers.stream().map(d -> "<dispatcher>" + d + "</dispatcher>").toList())));
    return this;
  }

  WebApp servlet(String type, Map<String, String> parameters, String pattern) {
    descriptor.append(
        """
        <servlet>
          <servlet-name>%1$s</servlet-name><servlet-class>%1$s</servlet-class>
          %2$s
          <load-on-startup>1</load-on-startup>
          <async-supported>true</async-supported>
          <multipart-config/>
        </servlet>
        <servlet-mapping>
          <servlet-name>%1$s</servlet-name><url-pattern>%3$s</url-pattern>
        </servlet-mapping>
        """
            .formatted(type, parameters(parameters), pattern));
    return this;
  }

  /** Writes the descriptor; from then on the folder can be deployed. */
  Path write() {
    try {
      return Files.writeString(
              root.resolve("WEB-INF/web.xml"),
              """
              <?xml version="1.0" encoding="UTF-8"?>
              <web-app xmlns="https://jakarta.ee/xml/ns/jakartaee" version="6.1">
              %s
              </web-app>
              """
                  .formatted(descriptor))
          .getParent()
          .getParent();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String parameters(Map<String, String> parameters) {
    StringBuilder xml = new StringBuilder();
    parameters.forEach(
        (name, value) ->
            xml.append("<init-param><param-name>")
                .append(name)
                .append("</param-name><param-value>")
                .append(value)
                .append("</param-value></init-param>"));
    return xml.toString();
  }
}
