// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.example.traces;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import zipkin2.Call;
import zipkin2.Span;
import zipkin2.storage.InMemoryStorage;
import zipkin2.storage.QueryRequest;

/**
 * The last {@value #MAX_SPANS} spans, in memory, in Zipkin's terms.
 *
 * <p>Safe for use by several threads.
 */
public final class TraceStore {

  /** The most spans kept; the oldest traces go first: {@value}. */
  public static final int MAX_SPANS = 100_000;

  private static final int MAX_TRACES = 10;

  private final InMemoryStorage storage =
      InMemoryStorage.newBuilder().maxSpanCount(MAX_SPANS).build();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition arrived = lock.newCondition();

  void accept(List<Span> spans) {
    call(storage.accept(spans));
    lock.lock();
    try {
      arrived.signalAll();
    } finally {
      lock.unlock();
    }
  }

  InMemoryStorage storage() {
    return storage;
  }

  /**
   * Returns the traces that have a span with an attribute.
   *
   * @param attribute its name
   * @param value its value
   * @return the traces, each a list of its spans
   */
  public List<List<Span>> withAttribute(String attribute, String value) {
    long now = System.currentTimeMillis();
    return call(
        storage.getTraces(
            QueryRequest.newBuilder()
                .parseAnnotationQuery(attribute + "=" + value)
                .endTs(now + TimeUnit.DAYS.toMillis(1))
                .lookback(now)
                .limit(MAX_TRACES)
                .build()));
  }

  /**
   * Waits until the traces that have a span with an attribute are as wanted, and returns them.
   *
   * @param attribute its name
   * @param value its value
   * @param wanted whether they are as wanted
   * @param patience the longest wait
   * @return the traces, as wanted or as they are when the wait is over
   * @throws InterruptedException if the thread is interrupted
   */
  public List<List<Span>> await(
      String attribute, String value, Predicate<List<List<Span>>> wanted, Duration patience)
      throws InterruptedException {
    long left = patience.toNanos();
    lock.lock();
    try {
      List<List<Span>> traces = withAttribute(attribute, value);
      while (!wanted.test(traces) && left > 0) {
        left = arrived.awaitNanos(left);
        traces = withAttribute(attribute, value);
      }
      return traces;
    } finally {
      lock.unlock();
    }
  }

  static <T> T call(Call<T> call) {
    try {
      return call.execute();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
