// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;

/** The load run: a server for each variant, asked in turn. */
final class HttpRun implements AutoCloseable {

  /** The name in the samples. */
  static final String BENCHMARK = "http";

  private static final double NANOS_PER_MICRO = 1000;

  private final Duration turn;
  private final Map<HttpVariant, Process> servers = new EnumMap<>(HttpVariant.class);
  private final Map<HttpVariant, LoadClient> clients = new EnumMap<>(HttpVariant.class);

  HttpRun(Duration turn) {
    this.turn = turn;
  }

  /** Starts the servers, and asks each for a while so that it is compiled. */
  void start(Duration warmUp) throws IOException, InterruptedException {
    for (HttpVariant variant : HttpVariant.values()) {
      Process server = Child.start(HttpServer.class, variant.name());
      servers.put(variant, server);
      BufferedReader output = server.inputReader();
      String port = output.readLine();
      if (port == null) {
        throw new IOException("the server for " + variant + " did not start");
      }
      clients.put(variant, new LoadClient(Integer.parseInt(port)));
    }
    for (LoadClient client : clients.values()) {
      client.run(warmUp);
    }
  }

  /** Asks each once. */
  void round(int round, Samples samples) throws IOException, InterruptedException {
    HttpVariant[] variants = HttpVariant.values();
    for (int i = 0; i < variants.length; i++) {
      HttpVariant variant = variants[(i + round) % variants.length];
      LoadClient client = clients.get(variant);
      if (client != null) {
        LoadClient.Outcome outcome = client.run(turn);
        double requests = outcome.requests();
        add(samples, round, variant, "cpu us", outcome.cpuNanos() / requests / NANOS_PER_MICRO);
        add(samples, round, variant, "p99 us", outcome.p99Nanos() / NANOS_PER_MICRO);
        add(samples, round, variant, "B", outcome.allocated() / requests);
        add(samples, round, variant, "requests/s", requests / turn.toMillis() * NANOS_PER_MICRO);
      }
    }
  }

  private static void add(
      Samples samples, int round, HttpVariant variant, String metric, double value) {
    samples.add(new Sample(round, BENCHMARK, variant.name(), metric, value));
  }

  /** Ends the servers. */
  @Override
  public void close() {
    servers.values().forEach(Process::destroy);
  }
}
