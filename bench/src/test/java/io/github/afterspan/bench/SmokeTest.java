// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whether everything that bench/run does works at all. Measures nothing. */
@Timeout(240)
class SmokeTest {

  private static final Duration MOMENT = Duration.ofMillis(50);

  @Test
  void everyBenchmarkRuns_andHasItsNumbers(@TempDir Path directory) throws Exception {
    Samples samples = new Samples();
    List<JmhCase> small =
        JmhCase.all().stream().filter(one -> !one.variant().matches(".*10{4,}")).toList();
    assertThat(new JmhRun(1, 1, 0).round(0, small, samples)).isEmpty();
    for (JmhCase one : small) {
      assertThat(samples.spread(one.name(), one.variant(), "ns").rounds())
          .as(one.toString())
          .isEqualTo(1);
    }
    Environment environment = Environment.now();
    new Report(samples, environment, List.of("broken: on purpose"), true, 1).write(directory);
    assertThat(directory.resolve(environment.name() + ".md"))
        .content()
        .contains(
            "| Spring | ", "| allocated per task, no-op | <= 300 B | ", "- broken: on purpose");
    assertThat(ImageIO.read(directory.resolve(environment.name() + ".png").toFile()).getWidth())
        .isEqualTo(1100);
    assertThat(Files.readAllLines(directory.resolve(environment.name() + ".tsv")).get(0))
        .satisfies(line -> assertThat(Sample.ofLine(line).round()).isZero());
  }

  @Test
  void everyServerAnswers() throws Exception {
    Samples samples = new Samples();
    try (HttpRun http = new HttpRun(MOMENT)) {
      http.start(MOMENT);
      http.round(0, samples);
    }
    for (HttpVariant variant : HttpVariant.values()) {
      assertThat(samples.spread(HttpRun.BENCHMARK, variant.name(), "requests/s").median())
          .as(variant.name())
          .isPositive();
    }
  }

  @Test
  void everyStoreRunsItsJobs() throws Exception {
    Process process = Child.start(DurableRun.class, "--short");
    Samples samples = new Samples();
    process
        .inputReader()
        .lines()
        .filter(line -> line.contains("\t"))
        .map(Sample::ofLine)
        .forEach(samples::add);
    assertThat(process.waitFor()).isZero();
    for (OrderDatabase database : OrderDatabase.values()) {
      for (JobStores store : List.of(JobStores.DB_SCHEDULER, JobStores.AFTERSPAN)) {
        String variant = DurableRun.variant(database, store);
        assertThat(samples.spread(DurableRun.BENCHMARK, variant, "start p99 ms").rounds())
            .as(variant)
            .isEqualTo(1);
      }
    }
  }

  @Test
  void jvmThatHangsIsEnded_andTheOneBeforeIsNot() throws Exception {
    Process before = Child.start(HttpServer.class, HttpVariant.NO_FILTER.name());
    try (Overdue ignored = Overdue.after(MOMENT)) {
      Process hangs = Child.start(HttpServer.class, HttpVariant.NO_FILTER.name());
      assertThat(hangs.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(before.isAlive()).isTrue();
    } finally {
      before.destroy();
    }
  }
}
