// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it.export;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.afterspan.it.Container;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * SIGTERM at a random moment, while requests come in: every task that was accepted has its span at
 * the receiver, or its trace id in a line of the log.
 *
 * <p>One round of each in a build; the README of {@code export} has the command for more.
 */
@Timeout(value = 60, unit = TimeUnit.MINUTES)
public abstract class SigtermContract extends SigtermRounds {

  private static final Pattern LISTENING = Pattern.compile("^" + WorkProcess.LISTENING + "(\\d+)");

  private final Class<? extends Container> container;

  /**
   * Made by the test of one container.
   *
   * @param container the container, which has a constructor without parameters
   */
  protected SigtermContract(Class<? extends Container> container) {
    super("work", WorkProcess.PATH, SigtermContract::send);
    this.container = container;
  }

  private static @Nullable String send(URI uri) throws IOException {
    HttpURLConnection connection = (HttpURLConnection) uri.toURL().openConnection();
    connection.setReadTimeout(10_000);
    return connection.getResponseCode() == 202
        ? connection.getHeaderField(WorkProcess.TRACE)
        : null;
  }

  /** The control: the SDK's own hook wins against the container's. */
  @Test
  void losesSpans_withAnAutoconfiguredSdkAlone() throws Exception {
    Map<String, String> off = Map.of("AFTERSPAN_EXPORT_ENABLED", "false");
    try (ChildJvm child = start("autoconfigured", List.of(), off)) {
      run(child);
      assertThat(missing(child)).isNotEmpty();
    }
  }

  @Test
  void losesNoSpan_withAnAutoconfiguredSdk() throws Exception {
    loseNone(() -> start("autoconfigured", List.of(), Map.of()));
  }

  @Test
  void losesNoSpan_underTheAgent() throws Exception {
    List<String> agent =
        List.of(
            "-javaagent:" + System.getProperty("afterspan.agent"),
            "-Dotel.javaagent.extensions=" + System.getProperty("afterspan.extension"));
    loseNone(() -> start("agent", agent, Map.of()));
  }

  private ChildJvm start(String kind, List<String> options, Map<String, String> more)
      throws IOException {
    List<String> arguments = new ArrayList<>(List.of("-Xmx256m", "-XX:TieredStopAtLevel=1"));
    arguments.add("-Djava.util.logging.manager=" + LastingLogManager.class.getName());
    arguments.addAll(options);
    arguments.addAll(List.of("-cp", classPath(), WorkProcess.class.getName()));
    arguments.addAll(List.of(container.getName(), kind));
    Map<String, String> environment = new HashMap<>(environment());
    environment.putAll(more);
    return new ChildJvm(arguments, environment, LISTENING);
  }

  /** The tests' own; their JVM may have got it in a jar that has nothing but a manifest. */
  private static String classPath() {
    String tests = System.getProperty("surefire.test.class.path");
    return tests != null ? tests : System.getProperty("java.class.path");
  }
}
