// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.example;

import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Closes what was opened, the last first, each once, and all of it whatever fails. Thread-safe. */
final class ClosingOrder implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(ClosingOrder.class);

  private final Deque<AutoCloseable> opened = new ArrayDeque<>();

  synchronized void add(AutoCloseable closeable) {
    opened.push(closeable);
  }

  <T extends AutoCloseable> T opened(T closeable) {
    add(closeable);
    return closeable;
  }

  @Override
  public synchronized void close() {
    while (!opened.isEmpty()) {
      AutoCloseable last = opened.pop();
      try {
        last.close();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } catch (Exception e) {
        LOG.warn("closing {} failed", last, e);
      }
    }
  }
}
