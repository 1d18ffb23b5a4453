// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import io.github.afterspan.it.war.TaskServlet;
import io.github.afterspan.servlet.BackgroundDispatchFilter;
import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Packs a real web application: our filter as a library, the {@link TaskServlet} as a class, and
 * both in the {@code web.xml}. OpenTelemetry is not packed; it is the container's, as with an
 * agent.
 */
public final class War {

  private War() {}

  /**
   * Writes a WAR.
   *
   * @param directory where to
   * @param name the name of the file, without {@code .war}
   * @param initParameters of our filter
   * @return the file
   * @throws IOException if it could not be written
   */
  public static Path write(Path directory, String name, Map<String, String> initParameters)
      throws IOException {
    Path war = directory.resolve(name + ".war");
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(war))) {
      add(zip, "WEB-INF/web.xml", webXml(initParameters).getBytes(UTF_8));
      String servlet = TaskServlet.class.getName().replace('.', '/') + ".class";
      try (InputStream bytes =
          requireNonNull(War.class.getClassLoader()).getResourceAsStream(servlet)) {
        add(zip, "WEB-INF/classes/" + servlet, requireNonNull(bytes, servlet).readAllBytes());
      }
      addFilter(zip);
    }
    return war;
  }

  /** Adds our filter as it was built: a jar in a build, a folder of classes in an editor. */
  private static void addFilter(ZipOutputStream zip) throws IOException {
    Path built = whereBuilt();
    if (Files.isRegularFile(built)) {
      add(zip, "WEB-INF/lib/afterspan-filter.jar", Files.readAllBytes(built));
      return;
    }
    List<Path> files;
    try (Stream<Path> found = Files.walk(built)) {
      files = found.filter(Files::isRegularFile).toList();
    }
    for (Path file : files) {
      String path = built.relativize(file).toString().replace('\\', '/');
      add(zip, "WEB-INF/classes/" + path, Files.readAllBytes(file));
    }
  }

  private static Path whereBuilt() {
    try {
      return Path.of(
          BackgroundDispatchFilter.class
              .getProtectionDomain()
              .getCodeSource()
              .getLocation()
              .toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void add(ZipOutputStream zip, String name, byte[] bytes) throws IOException {
    zip.putNextEntry(new ZipEntry(name));
    zip.write(bytes);
    zip.closeEntry();
  }

  private static String webXml(Map<String, String> initParameters) {
    String parameters =
        initParameters.entrySet().stream()
            .map(
                parameter ->
                    "<init-param><param-name>%s</param-name><param-value>%s</param-value></init-param>"
                        .formatted(parameter.getKey(), parameter.getValue()))
            .collect(Collectors.joining());
    return """
        <web-app xmlns="https://jakarta.ee/xml/ns/jakartaee" version="6.0" metadata-complete="true">
          <filter>
            <filter-name>background</filter-name>
            <filter-class>%s</filter-class>
            <async-supported>true</async-supported>
            %s
          </filter>
          <filter-mapping>
            <filter-name>background</filter-name>
            <url-pattern>/*</url-pattern>
          </filter-mapping>
          <servlet>
            <servlet-name>tasks</servlet-name>
            <servlet-class>%s</servlet-class>
          </servlet>
          <servlet-mapping>
            <servlet-name>tasks</servlet-name>
            <url-pattern>/dispatch</url-pattern>
          </servlet-mapping>
        </web-app>
        """
        .formatted(
            BackgroundDispatchFilter.class.getName(), parameters, TaskServlet.class.getName());
  }
}
