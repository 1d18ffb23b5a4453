// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it.export;

import java.util.logging.LogManager;

/**
 * Keeps logging while the JVM exits. The JDK's own resets itself in a shutdown hook, which runs
 * beside the drain and takes the drain's lines away.
 */
public final class LastingLogManager extends LogManager {

  /** Made by the JDK, by name. */
  public LastingLogManager() {}

  /** Resets nothing. */
  @Override
  public void reset() {}
}
