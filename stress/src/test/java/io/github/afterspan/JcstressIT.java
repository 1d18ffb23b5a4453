// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * Runs every jcstress test here, in processes of its own. For about a minute, unless told
 * otherwise:
 *
 * <pre>
 * ./mvnw verify -pl stress -am -Djcstress.args="-m default"
 * </pre>
 *
 * <p>The report is in {@code target/jcstress}.
 */
class JcstressIT {

  private static final Pattern FINISHED =
      Pattern.compile(
          "Results: (\\d+) planned; \\1 passed, 0 failed, 0 soft errs, 0 hard errs\\)\\s+RUN");

  /** Millions of tasks fail here, which the engine would log. */
  private static final String JVM_ARGS =
      "-Xmx256m -Djava.util.logging.config.file="
          + Path.of("src/test/resources/no-logging.properties").toAbsolutePath();

  private static final List<String> SHORT =
      List.of(
          "-f",
          "1",
          "-iters",
          "1",
          "-time",
          "100",
          "-sc",
          "false",
          "-af",
          "NONE",
          "-jvmArgs",
          JVM_ARGS);

  @Test
  void noInterleavingHasForbiddenResult() throws Exception {
    assumeThat(Runtime.getRuntime().availableProcessors()).isGreaterThan(1);
    Path folder = Files.createDirectories(Path.of("target", "jcstress").toAbsolutePath());
    Path output = folder.resolve("output.txt");
    Process process =
        new ProcessBuilder(command())
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    try {
      assertThat(process.waitFor(bound(), TimeUnit.MINUTES)).as("ended within the bound").isTrue();
    } finally {
      process.destroyForcibly();
    }
    String printed = Files.readString(output);
    String tail = printed.substring(Math.max(0, printed.length() - 10_000));
    assertThat(process.exitValue()).as("exit status, after%n%s", tail).isZero();
    assertThat(FINISHED.matcher(printed).find()).as("all passed, in%n%s", tail).isTrue();
  }

  private static List<String> command() {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-cp");
    command.add(
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")));
    command.add("org.openjdk.jcstress.Main");
    String args = System.getProperty("jcstress.args");
    if (args == null) {
      command.addAll(SHORT);
    } else {
      command.addAll(List.of("-jvmArgsPrepend", JVM_ARGS));
      command.addAll(List.of(args.trim().split("\\s+")));
    }
    command.addAll(List.of("-r", "report" + File.separator));
    return command;
  }

  private static long bound() {
    return System.getProperty("jcstress.args") == null ? 10 : 24 * 60;
  }
}
