// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Writes what a run came to: a table for readers, a plot, and all the numbers. */
final class Report {

  private final Samples samples;
  private final Environment environment;
  private final List<String> failures;
  private final boolean isShort;
  private final int rounds;
  private final List<String> lines = new ArrayList<>();

  Report(
      Samples samples,
      Environment environment,
      List<String> failures,
      boolean isShort,
      int rounds) {
    this.samples = samples;
    this.environment = environment;
    this.failures = failures;
    this.isShort = isShort;
    this.rounds = rounds;
  }

  /** Writes the files into a directory. */
  void write(Path directory) throws IOException {
    Files.createDirectories(directory);
    heading();
    goals();
    peers();
    load();
    durable();
    others();
    if (!failures.isEmpty()) {
      add("", "## What failed, and is missing above", "");
      failures.forEach(failure -> add("- " + failure.lines().findFirst().orElse("")));
    }
    String name = environment.name();
    Files.write(directory.resolve(name + ".md"), lines);
    Files.write(directory.resolve(name + ".tsv"), samples.toLines());
    Plot.write(samples, environment, directory.resolve(name + ".png"));
  }

  private void heading() {
    add(
        "# Afterspan beside its peers, JDK " + Runtime.version().feature(),
        "",
        environment.date() + ", " + environment.jdk() + ", " + environment.machine() + ".",
        String.format(
            Locale.ROOT,
            "Load average at the start: %.2f. Rounds: %d. JVM: %s.",
            environment.loadAverage(),
            rounds,
            String.join(" ", Child.JVM_OPTIONS)),
        String.join(", ", environment.versions()) + ".",
        "",
        "A ratio is formed within a round, ours to theirs, less is better unless it is tasks/s. Given",
        "is the median of the rounds, and in brackets the lowest and the highest.",
        "",
        "![plot](" + environment.name() + ".png)",
        "");
    if (isShort) {
      add("**A short run. It shows that everything works; its times mean nothing.**", "");
    }
  }

  private void goals() {
    add("## Goals", "", "| what, compared with | goal | measured | |", "|---|---|---|---|");
    new Goals(samples).all().forEach(goal -> add(goal.toRow(!isShort)));
    add("");
  }

  private void peers() {
    add(
        "## All peers",
        "",
        "| | CPU of a dispatch, ns | end to end, ns | CPU of all threads, ns | allocated, B | retained, B |",
        "|---|---|---|---|---|---|");
    for (PeerKind peer : PeerKind.values()) {
      for (TelemetryKind telemetry : TelemetryKind.values()) {
        String variant = JmhCase.variant(peer, telemetry);
        Spread cpu = samples.spread(JmhCase.SUBMIT, variant, "cpuNanos");
        if (cpu.isThere()) {
          boolean sdk = telemetry == TelemetryKind.SDK;
          Spread retained = samples.spread(Retained.BENCHMARK, peer.name(), Retained.OWN_REQUEST);
          row(
              peer.title() + (peer.hasTelemetry() ? ", " + telemetry : ""),
              cpu,
              samples.spread(JmhCase.END_TO_END, variant, "ns"),
              samples.spread(JmhCase.END_TO_END, variant, "cpuNanos"),
              samples.spread(JmhCase.SUBMIT, variant, "B"),
              sdk ? retained : Spread.of(List.of()));
        }
      }
    }
    add("");
  }

  private void load() {
    add(
        "## HTTP",
        "",
        "| | CPU/request, us | p99, us | requests/s | allocated/request, B |",
        "|---|---|---|---|---|");
    for (HttpVariant variant : HttpVariant.values()) {
      row(
          variant.name().toLowerCase(Locale.ROOT).replace('_', ' '),
          http(variant, "cpu us"),
          http(variant, "p99 us"),
          http(variant, "requests/s"),
          http(variant, "B"));
    }
    add("");
  }

  private Spread http(HttpVariant variant, String metric) {
    return samples.spread(HttpRun.BENCHMARK, variant.name(), metric);
  }

  private void durable() {
    add(
        "## Durable jobs",
        "",
        "| | orders/s | of the order alone | jobs/s | start after commit, p50 ms | p99 ms"
            + " | stored, B |",
        "|---|---|---|---|---|---|---|");
    for (OrderDatabase database : OrderDatabase.values()) {
      String alone = DurableRun.variant(database, JobStores.ORDER_ALONE);
      for (JobStores store : JobStores.values()) {
        String variant = DurableRun.variant(database, store);
        row(
            variant.toLowerCase(Locale.ROOT).replace('_', ' ').replace("/", ", "),
            samples.spread(DurableRun.BENCHMARK, variant, "orders/s"),
            samples.ratio(DurableRun.BENCHMARK, "orders/s", variant, alone),
            samples.spread(DurableRun.BENCHMARK, variant, "jobs/s"),
            samples.spread(DurableRun.BENCHMARK, variant, "start p50 ms"),
            samples.spread(DurableRun.BENCHMARK, variant, "start p99 ms"),
            samples.spread(DurableRun.BENCHMARK, variant, "B"));
      }
    }
    add("");
  }

  private void others() {
    add("## The rest", "", "| | time, ns | allocated, B |", "|---|---|---|");
    for (JmhCase one : JmhCase.all()) {
      if (one.name().equals(JmhCase.DEADLINE) || one.name().equals(JmhCase.DETACH)) {
        row(
            one.name() + " " + one.variant().replace("/", ", pending: "),
            samples.spread(one.name(), one.variant(), "ns"),
            samples.spread(one.name(), one.variant(), "B"));
      }
    }
    add("", "| queued | CPU of a dispatch, ns | drain per task, ns |", "|---|---|---|");
    for (JmhCase one : JmhCase.all()) {
      if (one.name().equals(JmhCase.QUEUE)) {
        row(
            one.variant(),
            samples.spread(one.name(), one.variant(), "cpuNanos"),
            samples.spread(one.name(), one.variant(), "drainNanos"));
      }
    }
    add("", "| idle threads, telemetry of the tasks | p50, ns | p99, ns |", "|---|---|---|");
    for (JmhCase one : JmhCase.all()) {
      if (one.name().equals(JmhCase.RESPONSE)) {
        row(
            one.variant().replace("/", ", "),
            samples.spread(one.name(), one.variant(), "p50 ns"),
            samples.spread(one.name(), one.variant(), "p99 ns"));
      }
    }
  }

  private void row(String name, Spread... cells) {
    StringBuilder row = new StringBuilder("| ").append(name).append(" |");
    for (Spread cell : cells) {
      row.append(' ').append(cell.isThere() ? cell : "").append(" |");
    }
    add(row.toString());
  }

  private void add(String... more) {
    lines.addAll(List.of(more));
  }
}
