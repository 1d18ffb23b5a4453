// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it.export;

import io.github.afterspan.it.Container;
import io.github.afterspan.it.OtlpReceiver;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** How a {@link WorkProcess} is started, and what makes any JVM of a test small and export here. */
public final class WorkJvm {

  /** Of any JVM that is gone after a few seconds. */
  public static final List<String> SMALL =
      List.of("-Xmx256m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");

  private static final Pattern LISTENING = Pattern.compile("^" + WorkProcess.LISTENING + "(\\d+)");

  private WorkJvm() {}

  /**
   * What makes any SDK of a child export to a receiver.
   *
   * @param receiver the receiver
   * @return variables of its environment
   */
  public static Map<String, String> exportingTo(OtlpReceiver receiver) {
    return Map.of(
        "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
        receiver.endpoint(),
        "OTEL_EXPORTER_OTLP_PROTOCOL",
        "http/protobuf",
        "OTEL_METRICS_EXPORTER",
        "none",
        "OTEL_LOGS_EXPORTER",
        "none",
        "OTEL_BSP_MAX_QUEUE_SIZE",
        "16384");
  }

  /**
   * The options that attach the Java agent, with our extension.
   *
   * @return arguments of the command {@code java}
   */
  public static List<String> agent() {
    return List.of(
        "-javaagent:" + System.getProperty("afterspan.agent"),
        "-Dotel.javaagent.extensions=" + System.getProperty("afterspan.extension"));
  }

  /** Starts one with an SDK of its own. */
  static ChildJvm autoconfigured(
      Class<? extends Container> container, List<String> options, Map<String, String> environment)
      throws IOException {
    return start(container, "autoconfigured", options, environment);
  }

  /** Starts one under the Java agent. */
  static ChildJvm underTheAgent(
      Class<? extends Container> container, Map<String, String> environment) throws IOException {
    return start(container, "agent", agent(), environment);
  }

  private static ChildJvm start(
      Class<? extends Container> container,
      String kind,
      List<String> options,
      Map<String, String> environment)
      throws IOException {
    List<String> arguments = new ArrayList<>(SMALL);
    arguments.add("-Djava.util.logging.manager=" + LastingLogManager.class.getName());
    arguments.addAll(options);
    arguments.addAll(List.of("-cp", classPath(), WorkProcess.class.getName()));
    arguments.addAll(List.of(container.getName(), kind));
    return new ChildJvm(arguments, new HashMap<>(environment), LISTENING);
  }

  /**
   * The tests' own; their JVM may have got it in a jar that has nothing but a manifest.
   *
   * @return a class path
   */
  public static String classPath() {
    String tests = System.getProperty("surefire.test.class.path");
    return tests != null ? tests : System.getProperty("java.class.path");
  }
}
