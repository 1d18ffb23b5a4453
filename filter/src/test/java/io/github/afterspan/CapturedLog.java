// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** What the engine logs while this is open. */
final class CapturedLog extends Handler {

  // Held here, or it may be collected together with its handlers.
  private static final Logger LOGGER = Logger.getLogger("io.github.afterspan");

  private final List<LogRecord> records = new CopyOnWriteArrayList<>();

  CapturedLog() {
    setLevel(Level.ALL);
    LOGGER.setLevel(Level.ALL);
    LOGGER.setUseParentHandlers(false);
    LOGGER.addHandler(this);
  }

  /** What was logged so far with a word in it. */
  List<LogRecord> records(String word) {
    return records.stream().filter(line -> line.getMessage().contains(word)).toList();
  }

  /** The messages of a level with a word in them. */
  List<String> messages(Level level, String word) {
    return records(word).stream()
        .filter(line -> line.getLevel().equals(level))
        .map(LogRecord::getMessage)
        .toList();
  }

  List<String> warnings(String word) {
    return messages(Level.WARNING, word);
  }

  @Override
  public void publish(LogRecord line) {
    records.add(line);
  }

  @Override
  public void flush() {}

  @Override
  public void close() {
    LOGGER.removeHandler(this);
    LOGGER.setUseParentHandlers(true);
    LOGGER.setLevel(null);
  }
}
