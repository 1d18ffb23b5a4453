// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it.export;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A program in a JVM of its own, under load or not. Safe for use by several threads. */
public final class ChildJvm implements AutoCloseable {

  private static final Duration START_PATIENCE = Duration.ofMinutes(2);
  private static final Duration EXIT_PATIENCE = Duration.ofMinutes(1);

  private static final int BACKOFF_MILLIS = 20;

  private final Process process;
  private final List<String> lines = new CopyOnWriteArrayList<>();
  private final CompletableFuture<Integer> port = new CompletableFuture<>();
  private final Thread reader = new Thread(this::read, "child output");
  private final AtomicBoolean loading = new AtomicBoolean(true);
  private final Set<String> accepted = ConcurrentHashMap.newKeySet();
  private final Pattern listening;

  /** One request. */
  interface Client {
    /** Returns the trace id of the task that was accepted, null if that is not known. */
    @Nullable String send(URI uri) throws IOException;
  }

  /**
   * Starts a JVM.
   *
   * @param arguments of the command {@code java}
   * @param environment what it has beside ours
   * @param listening finds, as its first group, the port in a line that is printed
   * @throws IOException if it could not be started
   */
  public ChildJvm(List<String> arguments, Map<String, String> environment, Pattern listening)
      throws IOException {
    this.listening = listening;
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().putAll(environment);
    process = builder.start();
    reader.setDaemon(true);
    reader.start();
  }

  private void read() {
    try (BufferedReader output =
        new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8))) {
      String line = output.readLine();
      while (line != null) {
        lines.add(line);
        Matcher port = listening.matcher(line);
        if (port.find()) {
          this.port.complete(Integer.valueOf(port.group(1)));
        }
        line = output.readLine();
      }
      port.completeExceptionally(new IllegalStateException("ended: " + lines));
    } catch (IOException e) {
      port.completeExceptionally(e);
    }
  }

  /**
   * Waits until it listens, or prints the number that tells that it is ready.
   *
   * @return the port it listens on
   * @throws Exception if it ended, or took too long
   */
  public int port() throws Exception {
    return port.get(START_PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }

  /** Sends requests from now on, one after the other on each of some threads. */
  void load(int threads, String path, Client client) throws Exception {
    URI uri = URI.create("http://127.0.0.1:" + port() + path);
    for (int i = 0; i < threads; i++) {
      Thread thread = new Thread(() -> sendRequests(uri, client), "client " + i);
      thread.setDaemon(true);
      thread.start();
    }
  }

  private void sendRequests(URI uri, Client client) {
    try {
      while (loading.get() && process.isAlive()) {
        if (!isAccepted(uri, client)) {
          TimeUnit.MILLISECONDS.sleep(BACKOFF_MILLIS);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean isAccepted(URI uri, Client client) {
    try {
      String trace = client.send(uri);
      return trace != null && accepted.add(trace);
    } catch (IOException e) {
      return false; // it does not listen any more, as it was told
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

  /**
   * Tells whether it runs.
   *
   * @return false once the process is gone
   */
  public boolean isAlive() {
    return process.isAlive();
  }

  /**
   * Sends SIGKILL, and waits until the process is gone.
   *
   * @throws InterruptedException if interrupted
   */
  public void kill() throws InterruptedException {
    process.toHandle().destroyForcibly();
    awaitExit();
  }

  /**
   * Waits until the process is gone by itself.
   *
   * @return its exit status
   * @throws InterruptedException if interrupted
   */
  public int awaitExit() throws InterruptedException {
    if (!process.waitFor(START_PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
      throw new AssertionError("the process did not exit: " + lines);
    }
    reader.join(EXIT_PATIENCE.toMillis());
    return process.exitValue();
  }

  /** The trace ids of the tasks that were accepted, as far as clients were told. */
  List<String> accepted() {
    return List.copyOf(accepted);
  }

  /**
   * What it printed.
   *
   * @return the lines so far
   */
  public List<String> log() {
    return List.copyOf(lines);
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
