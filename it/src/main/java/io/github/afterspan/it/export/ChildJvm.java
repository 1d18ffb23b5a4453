// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it.export;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** A {@link WorkProcess} in a JVM of its own, under load. Safe for use by several threads. */
final class ChildJvm implements AutoCloseable {

  private static final Duration START_PATIENCE = Duration.ofMinutes(2);
  private static final Duration EXIT_PATIENCE = Duration.ofMinutes(1);

  private static final int BACKOFF_MILLIS = 20;

  private final Process process;
  private final List<String> lines = new CopyOnWriteArrayList<>();
  private final CompletableFuture<Integer> port = new CompletableFuture<>();
  private final Thread reader = new Thread(this::read, "child output");
  private final AtomicBoolean loading = new AtomicBoolean(true);
  private final List<Thread> clients = new ArrayList<>();

  ChildJvm(List<String> options, List<String> arguments, Map<String, String> environment)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(options);
    command.add("-cp");
    command.add(classPath());
    command.add(WorkProcess.class.getName());
    command.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().putAll(environment);
    process = builder.start();
    reader.setDaemon(true);
    reader.start();
  }

  /** The tests' own; their JVM may have got it in a jar that has nothing but a manifest. */
  private static String classPath() {
    String tests = System.getProperty("surefire.test.class.path");
    return tests != null ? tests : System.getProperty("java.class.path");
  }

  private void read() {
    try (BufferedReader output =
        new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8))) {
      String line = output.readLine();
      while (line != null) {
        lines.add(line);
        if (line.startsWith(WorkProcess.LISTENING)) {
          port.complete(Integer.valueOf(line.substring(WorkProcess.LISTENING.length())));
        }
        line = output.readLine();
      }
      port.completeExceptionally(new IllegalStateException("ended: " + lines));
    } catch (IOException e) {
      port.completeExceptionally(e);
    }
  }

  /** Sends requests from now on, one after the other on each of some threads. */
  void load(int threads) throws Exception {
    URI uri =
        URI.create(
            "http://127.0.0.1:"
                + port.get(START_PATIENCE.toSeconds(), TimeUnit.SECONDS)
                + WorkProcess.PATH);
    for (int i = 0; i < threads; i++) {
      Thread client = new Thread(() -> sendRequests(uri), "client " + i);
      client.setDaemon(true);
      client.start();
      clients.add(client);
    }
  }

  private void sendRequests(URI uri) {
    try {
      while (loading.get() && process.isAlive()) {
        sendRequest(uri);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void sendRequest(URI uri) throws InterruptedException {
    try {
      HttpURLConnection connection = (HttpURLConnection) uri.toURL().openConnection();
      connection.setReadTimeout(10_000);
      if (connection.getResponseCode() != 202) {
        TimeUnit.MILLISECONDS.sleep(BACKOFF_MILLIS);
      }
    } catch (IOException e) {
      TimeUnit.MILLISECONDS.sleep(BACKOFF_MILLIS); // it does not listen any more, as it was told
    }
  }

  /** Waits until so many tasks were accepted. */
  void awaitAccepted(int tasks) throws InterruptedException {
    long deadline = System.nanoTime() + START_PATIENCE.toNanos();
    while (accepted().size() < tasks) {
      if (System.nanoTime() > deadline || !process.isAlive()) {
        throw new AssertionError("accepted " + accepted().size() + " tasks: " + lines);
      }
      TimeUnit.MILLISECONDS.sleep(10);
    }
  }

  /** Sends SIGTERM, and waits until the process is gone; the load goes on till then. */
  Duration terminate() throws InterruptedException {
    long start = System.nanoTime();
    boolean told = process.toHandle().destroy(); // its own destroy() would close our end as well
    if (!told) {
      throw new AssertionError("the process could not be told to go");
    }
    if (!process.waitFor(EXIT_PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
      throw new AssertionError("the process did not exit: " + lines);
    }
    loading.set(false);
    reader.join(EXIT_PATIENCE.toMillis());
    return Duration.ofNanos(System.nanoTime() - start);
  }

  /** The trace ids of the tasks that were accepted. */
  List<String> accepted() {
    return lines.stream()
        .filter(line -> line.startsWith(WorkProcess.ACCEPTED))
        .map(line -> line.substring(WorkProcess.ACCEPTED.length()))
        .toList();
  }

  /** What it logged, the accepted tasks left out. */
  List<String> log() {
    return lines.stream().filter(line -> !line.startsWith(WorkProcess.ACCEPTED)).toList();
  }

  @Override
  public void close() {
    loading.set(false);
    process.destroyForcibly();
    try {
      process.getInputStream().close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
