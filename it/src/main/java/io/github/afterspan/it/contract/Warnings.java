// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it.contract;

import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;

/** Every warning that is logged while it listens. */
final class Warnings extends Handler {

  private final ConcurrentLinkedQueue<String> logged = new ConcurrentLinkedQueue<>();
  private final SimpleFormatter formatter = new SimpleFormatter();

  void listen() {
    Logger.getLogger("").addHandler(this);
  }

  /** What was said about leaks. */
  List<String> leaks() {
    return saying("(?s).*(leak|failed to).*");
  }

  List<String> saying(String pattern) {
    return logged.stream().filter(message -> message.matches(pattern)).toList();
  }

  @Override
  public void publish(LogRecord record) {
    String message = formatter.formatMessage(record);
    if (record.getLevel().intValue() >= Level.WARNING.intValue()) {
      logged.add(message);
    }
  }

  @Override
  public void flush() {}

  @Override
  public void close() {
    Logger.getLogger("").removeHandler(this);
  }
}
