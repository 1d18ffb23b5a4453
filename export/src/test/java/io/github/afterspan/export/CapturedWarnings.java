// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.export;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** The warnings that were logged while it was open. */
final class CapturedWarnings extends Handler {

  /** Kept: the log forgets loggers that nobody holds. */
  private static final Logger LOGGER = Logger.getLogger(ExportLog.class.getName());

  final List<String> messages = new CopyOnWriteArrayList<>();

  CapturedWarnings() {
    LOGGER.setUseParentHandlers(false);
    LOGGER.addHandler(this);
  }

  @Override
  public void publish(LogRecord line) {
    messages.add(line.getMessage());
  }

  @Override
  public void flush() {}

  @Override
  public void close() {
    LOGGER.removeHandler(this);
    LOGGER.setUseParentHandlers(true);
  }
}
