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

  private final TracerProvider provider;

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
        return flushed(sdk.getClass().getMethod("forceFlush").invoke(sdk), within);
      }
      return flushAgent(within);
    } catch (InvocationTargetException e) {
      throw new IllegalStateException("the SDK's flush failed", e.getCause());
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("this SDK can't be flushed; set WorkerOptions.flush", e);
    }
  }

  private static boolean flushed(Object result, Duration within)
      throws ReflectiveOperationException {
    Class<?> type = result.getClass();
    type.getMethod("join", long.class, TimeUnit.class)
        .invoke(result, within.toMillis(), TimeUnit.MILLISECONDS);
    return (boolean) type.getMethod("isSuccess").invoke(result);
  }

  private static boolean flushAgent(Duration within) throws ReflectiveOperationException {
    Class<?> access;
    try {
      access = Class.forName(AGENT, true, null);
    } catch (ClassNotFoundException e) {
      return true; // no agent, and no SDK: no-op telemetry
    }
    access
        .getMethod("forceFlush", long.class, TimeUnit.class)
        .invoke(null, within.toMillis(), TimeUnit.MILLISECONDS);
    return true;
  }
}
