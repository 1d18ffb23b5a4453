// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.bench;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * What waiting tasks keep in memory. Measured with one body for all, so a body's own size is not in
 * it.
 *
 * @param bytesPerTask all that is there since the tasks wait, in bytes for each; of the classes
 *     below, since a JVM is never quite still
 * @param ownBytesPerTask of that, objects of Afterspan's own classes
 * @param grown classes of which there are at least half as many more objects as tasks
 */
record Retained(double bytesPerTask, double ownBytesPerTask, Map<String, Long> grown) {

  /** So many tasks. */
  static final int TASKS = 1000;

  /** The metric for tasks that have a request of 64 KiB each. */
  static final String OWN_REQUEST = "B, own request of 64 KiB";

  /** The metric for tasks of the same request. */
  static final String SAME_REQUEST = "B, same request";

  private static final int FLUSH_SECONDS = 10;

  /** The name in the samples. */
  static final String BENCHMARK = "retained";

  /** Prints samples of all peers; takes nothing. */
  public static void main(String[] arguments) {
    for (PeerKind peer : PeerKind.values()) {
      for (boolean ownRequest : new boolean[] {false, true}) {
        Retained retained = measure(peer, TelemetryKind.SDK, ownRequest);
        String metric = ownRequest ? OWN_REQUEST : SAME_REQUEST;
        Sample sample = new Sample(0, BENCHMARK, peer.name(), metric, retained.bytesPerTask());
        System.out.println(sample.toLine());
        System.out.flush();
      }
    }
    System.exit(0); // some peers' threads are no daemons
  }

  /** Has a peer queue tasks, of one request or of a request each, and looks at the heap. */
  static Retained measure(PeerKind kind, TelemetryKind telemetry, boolean ownRequest) {
    OpenTelemetry openTelemetry = telemetry.open();
    Batch batch = new Batch();
    Peer.Body body = batch::run;
    try (Peer peer = kind.open(openTelemetry, Peer.QUEUE_CAPACITY)) {
      queue(peer, openTelemetry, body, ownRequest); // loads classes
      Batch.block(peer).countDown(); // there is one thread: all of them have run
      CountDownLatch release = Batch.block(peer);
      flush(openTelemetry);
      Heap earlier = Heap.now();
      Heap before = Heap.now(); // larger by the one before, as the next is larger by this
      queue(peer, openTelemetry, body, ownRequest);
      flush(openTelemetry);
      Heap after = Heap.now();
      batch.begin(TASKS);
      release.countDown();
      batch.await();
      Map<String, Long> grown = grown(earlier, before, after);
      long bytes =
          after.bytesSince(before, grown::containsKey)
              - before.bytesSince(earlier, grown::containsKey);
      long own = after.bytesSince(before, Retained::isOfAfterspan);
      return new Retained(bytes / (double) TASKS, own / (double) TASKS, grown);
    } finally {
      TelemetryKind.close(openTelemetry);
    }
  }

  private static boolean isOfAfterspan(String name) {
    return name.matches("io\\.github\\.afterspan\\.[A-Z].*"); // not in bench
  }

  /** A {@link Heap} has thousands of objects itself, and there is one more of them each time. */
  private static Map<String, Long> grown(Heap earlier, Heap before, Heap after) {
    Map<String, Long> byItself = before.grownSince(earlier, 1);
    Map<String, Long> grown = after.grownSince(before, TASKS / 2);
    grown.replaceAll((name, more) -> more - byItself.getOrDefault(name, 0L));
    grown.values().removeIf(more -> more < TASKS / 2);
    return grown;
  }

  private static void queue(
      Peer peer, OpenTelemetry openTelemetry, Peer.Body body, boolean ownRequest) {
    if (ownRequest) {
      for (int i = 0; i < TASKS; i++) {
        try (Request ignored = Request.begin(openTelemetry)) {
          peer.dispatch(body);
        }
      }
    } else {
      try (Request ignored = Request.begin(openTelemetry)) {
        for (int i = 0; i < TASKS; i++) {
          peer.dispatch(body);
        }
      }
    }
  }

  /** The spans of the requests are no matter of the peer's; they must not wait for their export. */
  private static void flush(OpenTelemetry openTelemetry) {
    if (openTelemetry instanceof OpenTelemetrySdk sdk) {
      sdk.getSdkTracerProvider().forceFlush().join(FLUSH_SECONDS, TimeUnit.SECONDS);
    }
  }
}
