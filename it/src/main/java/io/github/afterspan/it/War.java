// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import io.github.afterspan.it.war.SdkListener;
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
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Packs a real web application: our filter as a library, the {@link TaskServlet} as a class, and
 * both in the {@code web.xml}. OpenTelemetry is not packed unless asked for; it is the container's,
 * as with an agent.
 *
 * <p>Not thread-safe.
 */
public final class War {

  /** A class of each library that an SDK consists of. */
  private static final List<String> OF_THE_SDK =
      List.of(
          "io.opentelemetry.api.OpenTelemetry",
          "io.opentelemetry.common.ComponentLoader",
          "io.opentelemetry.context.Context",
          "io.opentelemetry.exporter.internal.otlp.traces.TraceRequestMarshaler",
          "io.opentelemetry.exporter.internal.marshal.Marshaler",
          "io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter",
          "io.opentelemetry.exporter.sender.okhttp.internal.OkHttpHttpSender",
          "io.opentelemetry.sdk.OpenTelemetrySdk",
          "io.opentelemetry.sdk.common.CompletableResultCode",
          "io.opentelemetry.sdk.logs.SdkLoggerProvider",
          "io.opentelemetry.sdk.metrics.SdkMeterProvider",
          "io.opentelemetry.sdk.trace.SdkTracerProvider",
          "kotlin.Unit",
          "okhttp3.OkHttpClient",
          "okio.Okio");

  private final Map<String, String> initParameters;
  private boolean declaresAsync = true;
  private @Nullable String sdkEndpoint;

  private War(Map<String, String> initParameters) {
    this.initParameters = initParameters;
  }

  /**
   * Begins a WAR.
   *
   * @param initParameters of our filter
   * @return a WAR to be written
   */
  public static War with(Map<String, String> initParameters) {
    return new War(initParameters);
  }

  /**
   * Leaves {@code async-supported} out where our filter is declared.
   *
   * @return this
   */
  public War withoutAsync() {
    declaresAsync = false;
    return this;
  }

  /**
   * Packs OpenTelemetry as well, and makes the application register an SDK of its own.
   *
   * @param endpoint where that exports to
   * @return this
   */
  public War withSdk(String endpoint) {
    sdkEndpoint = endpoint;
    return this;
  }

  /**
   * Writes it.
   *
   * @param directory where to
   * @param name the name of the file, without {@code .war}
   * @return the file
   * @throws IOException if it could not be written
   */
  public Path write(Path directory, String name) throws IOException {
    Path war = directory.resolve(name + ".war");
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(war))) {
      zip.setLevel(Deflater.BEST_SPEED);
      add(zip, "WEB-INF/web.xml", webXml().getBytes(UTF_8));
      addClass(zip, TaskServlet.class);
      if (sdkEndpoint != null) {
        addClass(zip, SdkListener.class);
        for (String type : OF_THE_SDK) {
          Path jar = whereBuilt(type);
          add(zip, "WEB-INF/lib/" + jar.getFileName(), Files.readAllBytes(jar));
        }
      }
      addFilter(zip);
    }
    return war;
  }

  private static void addClass(ZipOutputStream zip, Class<?> type) throws IOException {
    String file = type.getName().replace('.', '/') + ".class";
    try (InputStream bytes = requireNonNull(War.class.getClassLoader()).getResourceAsStream(file)) {
      add(zip, "WEB-INF/classes/" + file, requireNonNull(bytes, file).readAllBytes());
    }
  }

  /** Adds our filter as it was built: a jar in a build, a folder of classes in an editor. */
  private static void addFilter(ZipOutputStream zip) throws IOException {
    Path built = whereBuilt(BackgroundDispatchFilter.class.getName());
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

  private static Path whereBuilt(String type) {
    try {
      Class<?> found = Class.forName(type, false, War.class.getClassLoader());
      return Path.of(found.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException | ClassNotFoundException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void add(ZipOutputStream zip, String name, byte[] bytes) throws IOException {
    zip.putNextEntry(new ZipEntry(name));
    zip.write(bytes);
    zip.closeEntry();
  }

  private String webXml() {
    String parameters =
        initParameters.entrySet().stream()
            .map(
                parameter ->
                    "<init-param><param-name>%s</param-name><param-value>%s</param-value></init-param>"
                        .formatted(parameter.getKey(), parameter.getValue()))
            .collect(Collectors.joining());
    return """
        <web-app xmlns="https://jakarta.ee/xml/ns/jakartaee" version="6.0" metadata-complete="true">
          %s
          <filter>
            <filter-name>background</filter-name>
            <filter-class>%s</filter-class>
            %s
            %s
          </filter>
          <filter-mapping>
            <filter-name>background</filter-name>
            <url-pattern>/*</url-pattern>
          </filter-mapping>
          <servlet>
            <servlet-name>tasks</servlet-name>
            <servlet-class>%s</servlet-class>
            <async-supported>true</async-supported>
          </servlet>
          <servlet-mapping>
            <servlet-name>tasks</servlet-name>
            <url-pattern>/dispatch</url-pattern>
          </servlet-mapping>
        </web-app>
        """
        .formatted(
            sdkEndpoint == null ? "" : listener(sdkEndpoint),
            BackgroundDispatchFilter.class.getName(),
            declaresAsync ? "<async-supported>true</async-supported>" : "",
            parameters,
            TaskServlet.class.getName());
  }

  private static String listener(String endpoint) {
    return """
        <context-param>
          <param-name>%s</param-name><param-value>%s</param-value>
        </context-param>
        <listener><listener-class>%s</listener-class></listener>
        """
        .formatted(SdkListener.ENDPOINT, endpoint, SdkListener.class.getName());
  }
}
