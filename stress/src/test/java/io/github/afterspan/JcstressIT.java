// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * Runs every jcstress test here, away from the agents and settings of this process. For half a
 * minute in every build; by jcstress itself, and for as long as its arguments say, with
 *
 * <pre>
 * ./mvnw verify -pl stress -am -Djcstress.args="-m default"
 * </pre>
 *
 * <p>What it printed, and then the report of jcstress, is in {@code target/jcstress}.
 */
class JcstressIT {

  private static final String ARGS = System.getProperty("jcstress.args");
  private static final String MILLIS_PER_TEST = "400";

  /** The last words of a run in which nothing failed. */
  private static final Pattern PASSED =
      ARGS == null
          ? Pattern.compile("[1-9]\\d* passed, 0 failed\\s*$")
          : Pattern.compile(
              "Results: ([1-9]\\d*) planned; \\1 passed, 0 failed, 0 soft errs, 0 hard errs\\)\\s+RUN");

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
      assertThat(process.waitFor(boundMinutes(), TimeUnit.MINUTES))
          .as("ended within the bound")
          .isTrue();
    } finally {
      process.destroyForcibly();
    }
    String printed = Files.readString(output);
    String tail = printed.substring(Math.max(0, printed.length() - 10_000));
    assertThat(process.exitValue()).as("exit status, after%n%s", tail).isZero();
    assertThat(PASSED.matcher(printed).find()).as("all passed, in%n%s", tail).isTrue();
  }

  private static List<String> command() {
    Path logging = Path.of("src/test/resources/no-logging.properties").toAbsolutePath();
    String quiet = "-Djava.util.logging.config.file=" + logging;
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-cp");
    command.add(
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")));
    if (ARGS == null) {
      command.addAll(List.of("-Xmx256m", quiet, ShortStress.class.getName(), MILLIS_PER_TEST, "."));
    } else {
      command.addAll(
          List.of("org.openjdk.jcstress.Main", "-r", "report", "-jvmArgsPrepend", quiet));
      command.addAll(List.of(ARGS.trim().split("\\s+")));
    }
    return command;
  }

  private static long boundMinutes() {
    return ARGS == null ? 10 : TimeUnit.DAYS.toMinutes(1);
  }
}
