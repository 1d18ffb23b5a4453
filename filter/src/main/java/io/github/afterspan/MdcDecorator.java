// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan;

import java.util.Map;
import org.slf4j.MDC;

/**
 * Carries the MDC over. A class of its own, so that SLF4J is linked only by those who ask for it.
 */
final class MdcDecorator implements TaskDecorator {

  @Override
  public BackgroundTask decorate(BackgroundTask task) {
    Map<String, String> dispatched = MDC.getCopyOfContextMap();
    return () -> {
      Map<String, String> before = MDC.getCopyOfContextMap();
      set(dispatched);
      try {
        task.run();
      } finally {
        set(before);
      }
    };
  }

  private static void set(Map<String, String> context) {
    if (context == null) {
      MDC.clear();
    } else {
      MDC.setContextMap(context);
    }
  }
}
