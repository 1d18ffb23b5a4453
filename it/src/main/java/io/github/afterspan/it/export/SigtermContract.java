// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it.export;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.afterspan.it.Container;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
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

  /**
   * The control: the SDK's own hook wins against the container's, whose drain goes on for a second.
   */
  @Test
  void losesSpans_withAnAutoconfiguredSdkAlone() throws Exception {
    Map<String, String> off = new HashMap<>(environment());
    off.put("AFTERSPAN_EXPORT_ENABLED", "false");
    try (ChildJvm child = WorkJvm.autoconfigured(container, slowWork(1000), off)) {
      run(child);
      assertThat(missing(child)).isNotEmpty();
    }
  }

  @Test
  void losesNoSpan_withAnAutoconfiguredSdk() throws Exception {
    loseNone(() -> WorkJvm.autoconfigured(container, List.of(), environment()));
  }

  @Test
  void losesNoSpan_underTheAgent() throws Exception {
    loseNone(() -> WorkJvm.underTheAgent(container, environment()));
  }

  @Test
  void reportsWhatItAbandons_whenTheDrainIsTooShort() throws Exception {
    loseNone(() -> WorkJvm.autoconfigured(container, slowWork(100), environment()), ABANDONS);
  }

  /** Makes tasks take half a second on average, and the drain less than the queue does. */
  private static List<String> slowWork(int drainMillis) {
    return List.of(
        "-D" + WorkProcess.LONGEST_MILLIS + "=1000",
        "-D" + WorkProcess.DRAIN_MILLIS + "=" + drainMillis);
  }
}
