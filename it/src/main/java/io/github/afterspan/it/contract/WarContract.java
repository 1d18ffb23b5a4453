// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.afterspan.it.HttpConnection;
import io.github.afterspan.it.OtlpReceiver;
import io.github.afterspan.it.ReceivedSpan;
import io.github.afterspan.it.Telemetry;
import io.github.afterspan.it.War;
import io.github.afterspan.it.WarContainer;
import io.github.afterspan.it.war.Switchboard;
import io.opentelemetry.api.GlobalOpenTelemetry;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a container has to show that deploys real web applications, again and again. */
@Timeout(120)
@SuppressWarnings("this-escape") // of JDK 21 and newer: newContainer() uses nothing of this object
public abstract class WarContract {

  private static final int REDEPLOYMENTS = 20;

  private final OtlpReceiver receiver = OtlpReceiver.start();
  private final Telemetry telemetry = Telemetry.exportingTo(receiver);
  private final Warnings warnings = new Warnings();
  private final WarContainer container = newContainer();

  @TempDir private Path directory = Path.of("");

  /** Made by the engine that runs the tests. */
  protected WarContract() {}

  /**
   * Returns a container that was not started yet. Called once for each test.
   *
   * @return a new container
   */
  protected abstract WarContainer newContainer();

  /**
   * Tells whether the container looks for leaks when it undeploys.
   *
   * @return true if it logs what it finds
   */
  protected abstract boolean looksForLeaks();

  @BeforeEach
  void registerGlobally() {
    Telemetry.assertNoScopeLeft(); // starts a thread, which would keep the application otherwise
    GlobalOpenTelemetry.resetForTest();
    GlobalOpenTelemetry.set(telemetry.openTelemetry());
    warnings.listen();
  }

  @AfterEach
  void close() throws Exception {
    Switchboard.reset();
    warnings.close();
    container.close();
    GlobalOpenTelemetry.resetForTest();
    telemetry.close();
    receiver.close();
  }

  @Test
  void leavesNothingBehind_whenRedeployedAgainAndAgain() throws Exception {
    int port = container.start();
    Path war = War.with(Map.of("name", "redeployed", "concurrency", "1")).write(directory, "app");
    List<WeakReference<ClassLoader>> loaders = new ArrayList<>();
    List<String> expected = new ArrayList<>();

    for (int i = 0; i < REDEPLOYMENTS; i++) {
      loaders.add(new WeakReference<>(container.deploy("/app", war)));
      String latch = "release" + i;
      for (String kind : List.of("waiting", "waiting", "after")) {
        String name = kind + expected.size();
        dispatch(port, "/app", kind, name, latch);
        expected.add(name + " SUCCEEDED");
      }
      CompletableFuture<Void> undeployed = undeployElsewhere("/app");
      Switchboard.latch(latch).countDown();
      undeployed.get(20, TimeUnit.SECONDS);
    }

    assertThat(Switchboard.outcomes()).containsExactlyInAnyOrderElementsOf(expected);
    receiver.awaitSpans(expected.size(), "of tasks", WarContract::isOfTask);
    assertThat(receiver.spans().stream().filter(WarContract::isOfTask).map(ReceivedSpan::name))
        .doesNotHaveDuplicates()
        .hasSize(expected.size());
    assertThat(threadsOf("redeployed")).isEmpty();
    assertThat(warnings.leaks()).isEmpty();
    assertCollected(port, loaders);
  }

  @Test
  void keepsTheApplicationOnlyWhileItsBodyIsStuck_whenATaskIgnoresItsInterrupt() throws Exception {
    int port = container.start();
    Path war =
        War.with(Map.of("name", "stuck", "concurrency", "1", "drain-timeout", "200ms"))
            .write(directory, "app");
    WeakReference<ClassLoader> loader = new WeakReference<>(container.deploy("/app", war));
    dispatch(port, "/app", "stuck", "stuck", "release");
    dispatch(port, "/app", "waiting", "queued", "release");

    container.undeploy("/app");

    assertThat(Switchboard.outcomes())
        .containsExactlyInAnyOrder("stuck ABANDONED", "queued ABANDONED");
    ReceivedSpan span = receiver.awaitSpan("stuck");
    assertThat(span.status()).isEqualTo("ERROR");
    assertThat(span.attributes()).containsEntry("error.type", "abandoned");
    assertThat(isCollectable(loader)).isFalse();

    Switchboard.latch("release").countDown();
    assertCollected(port, List.of(loader));
    assertThat(receiver.spans("stuck")).hasSize(1);
    assertThat(receiver.spans("queued")).isEmpty();
  }

  @Test
  void keepsTheApplication_whenAPlainPoolIsForgotten() throws Exception {
    int port = container.start();
    Path war = War.with(Map.of()).write(directory, "app");
    WeakReference<ClassLoader> loader = new WeakReference<>(container.deploy("/app", war));
    dispatch(port, "/app", "naive", "naive", "release");
    Switchboard.latch("release").countDown();

    container.undeploy("/app");

    assertThat(isCollectable(loader)).isFalse();
    if (looksForLeaks()) {
      assertThat(warnings.leaks()).anyMatch(message -> message.contains("has failed to stop it"));
    }
    Switchboard.reset();
    assertCollected(port, List.of(loader));
  }

  @Test
  void goesOn_whenAnotherApplicationOfTheContainerGoes() throws Exception {
    int port = container.start();
    container.deploy("/one", War.with(Map.of("name", "workersOfOne")).write(directory, "one"));
    container.deploy("/two", War.with(Map.of("name", "workersOfTwo")).write(directory, "two"));
    dispatch(port, "/one", "waiting", "task of one", "one");
    dispatch(port, "/two", "waiting", "task of two", "two");

    CompletableFuture<Void> undeployed = undeployElsewhere("/one");
    Switchboard.latch("one").countDown();
    undeployed.get(20, TimeUnit.SECONDS);

    assertThat(Switchboard.outcomes()).containsExactly("task of one SUCCEEDED");
    assertThat(threadsOf("workersOfOne")).isEmpty();
    assertThat(threadsOf("workersOfTwo")).isNotEmpty();
    dispatch(port, "/two", "waiting", "later task of two", "two");
    Switchboard.latch("two").countDown();
    receiver.awaitSpan("task of two");
    receiver.awaitSpan("later task of two");
    container.undeploy("/two");
  }

  @Test
  void saysWhatWillFail_whenTheFilterIsDeclaredWithoutAsync() throws Exception {
    int port = container.start();
    container.deploy("/well", War.with(Map.of()).write(directory, "well"));
    assertThat(warnings.saying(".*without <async-supported>.*")).isEmpty();
    container.deploy("/badly", War.with(Map.of()).withoutAsync().write(directory, "badly"));
    assertThat(warnings.saying(".*without <async-supported>.*")).hasSize(1);

    assertThat(status(port, "/well/dispatch?kind=async")).isEqualTo(200);
    assertThat(status(port, "/badly/dispatch?kind=async")).isEqualTo(500);
  }

  @Test
  void exportsToTheSdkOfEachApplication_whenTheyPackOneAndAreRedeployed() throws Exception {
    int port = container.start();
    try (OtlpReceiver other = OtlpReceiver.start();
        OtlpReceiver own = OtlpReceiver.start()) {
      Path one = War.with(Map.of()).withSdk(own.endpoint()).write(directory, "one");
      Path two = War.with(Map.of()).withSdk(other.endpoint()).write(directory, "two");
      container.deploy("/one", one);
      container.deploy("/two", two);
      dispatch(port, "/one", "waiting", "before", "one");
      dispatch(port, "/two", "waiting", "other", "two");

      CompletableFuture<Void> undeployed = undeployElsewhere("/one");
      Switchboard.latch("one").countDown();
      undeployed.get(20, TimeUnit.SECONDS);
      container.deploy("/one", one);
      dispatch(port, "/one", "waiting", "behind", "one");
      Switchboard.latch("two").countDown();
      container.undeploy("/one");
      container.undeploy("/two");

      assertThat(own.spans()).extracting(ReceivedSpan::name).containsExactly("before", "behind");
      assertThat(other.spans()).extracting(ReceivedSpan::name).containsExactly("other");
    }
    assertThat(receiver.spans()).isEmpty();
  }

  private static int status(int port, String path) throws IOException {
    try (HttpConnection connection = HttpConnection.open(port)) {
      return connection.get(path).status();
    }
  }

  private static void dispatch(int port, String contextPath, String kind, String name, String latch)
      throws IOException {
    try (HttpConnection connection = HttpConnection.open(port)) {
      String query = "kind=" + kind + "&name=" + name.replace(' ', '+') + "&latch=" + latch;
      HttpConnection.Response response = connection.get(contextPath + "/dispatch?" + query);
      assertThat(response.status()).as(response.body()).isEqualTo(200);
      assertThat(response.body()).as("the filter is the application's own").isEqualTo("true");
    }
  }

  private CompletableFuture<Void> undeployElsewhere(String contextPath) {
    return CompletableFuture.runAsync(
        () -> {
          try {
            container.undeploy(contextPath);
          } catch (Exception e) {
            throw new IllegalStateException(e);
          }
        });
  }

  private static boolean isOfTask(ReceivedSpan span) {
    return span.scope().equals("io.github.afterspan");
  }

  private static List<String> threadsOf(String workers) {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(name -> name.contains(workers))
        .toList();
  }

  /** Waits until all are collected. Containers keep their last connection, so there is another. */
  private static void assertCollected(int port, List<WeakReference<ClassLoader>> loaders) {
    Awaitility.await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(
            () -> {
              try (HttpConnection other = HttpConnection.open(port)) {
                assertThat(other.get("/nothing-there").status()).isEqualTo(404);
              }
              System.gc();
              assertThat(loaders.stream().filter(loader -> loader.get() != null)).isEmpty();
            });
  }

  private static boolean isCollectable(WeakReference<ClassLoader> loader) {
    for (int i = 0; i < 5 && loader.get() != null; i++) {
      System.gc();
    }
    return loader.get() == null;
  }
}
