// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.TracerProvider;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * Flushes the spans of an OpenTelemetry SDK that is known by its API only: the one that was passed
 * in or registered globally, or that of the Java agent. The API has no way to do it, so this asks
 * for the methods by name; where they are missing there is nothing to flush.
 *
 * <p>Safe for use by several threads.
 */
final class SdkFlush implements Predicate<Duration> {

  private static final String AGENT = "io.opentelemetry.javaagent.bootstrap.OpenTelemetrySdkAccess";

  /** Set by afterspan-export where it is an extension of the agent. */
  private static final String EXPORT_IN_AGENT = "io.github.afterspan.export.agent";

  private final TracerProvider provider;

  /** Whether the last flush was one whose success says that everything was exported. */
  private volatile boolean conclusive = true;

  SdkFlush(OpenTelemetry openTelemetry) {
    provider = openTelemetry.getTracerProvider();
  }

  /** Flushes within the given time; true if that succeeded, or if there is nothing that can. */
  @Override
  public boolean test(Duration within) {
    try {
      Object sdk = provider;
      if (sdk.getClass().getName().endsWith("$ObfuscatedTracerProvider")) {
        Method unwrap = sdk.getClass().getDeclaredMethod("unobfuscate");
        unwrap.setAccessible(true);
        sdk = unwrap.invoke(sdk);
      }
      if (sdk.getClass().getName().equals("io.opentelemetry.sdk.trace.SdkTracerProvider")) {
        // The SDK tells of its processors in this way only.
        conclusive = sdk.toString().contains("BackgroundSpanProcessor{");
        return flushed(sdk.getClass().getMethod("forceFlush").invoke(sdk), within);
      }
      return flushAgent(within);
    } catch (InvocationTargetException e) {
      throw new IllegalStateException("the SDK's flush failed", e.getCause());
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("this SDK can't be flushed; set WorkerOptions.flush", e);
    }
  }

  /**
   * Tells whether the last flush waited until spans were exported. The SDK's own may say that it
   * was a success when they are not: when they ended while it was exporting for another flush, and
   * when the backend refused them.
   */
  boolean isConclusive() {
    return conclusive;
  }

  private static boolean flushed(Object result, Duration within)
      throws ReflectiveOperationException {
    Class<?> type = result.getClass();
    type.getMethod("join", long.class, TimeUnit.class)
        .invoke(result, within.toMillis(), TimeUnit.MILLISECONDS);
    return (boolean) type.getMethod("isSuccess").invoke(result);
  }

  private boolean flushAgent(Duration within) throws ReflectiveOperationException {
    Class<?> access;
    try {
      access = Class.forName(AGENT, true, null);
    } catch (ClassNotFoundException e) {
      return true; // no agent, and no SDK: no-op telemetry
    }
    conclusive = System.getProperty(EXPORT_IN_AGENT) != null;
    access
        .getMethod("forceFlush", long.class, TimeUnit.class)
        .invoke(null, within.toMillis(), TimeUnit.MILLISECONDS);
    return true;
  }
}
