// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it.jaxrs.app;

import static java.util.concurrent.TimeUnit.SECONDS;

import io.github.afterspan.BackgroundDispatcher;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Tries to dispatch with what was injected, and says in words how that went. */
public final class Attempt {

  /** The span that each task makes. */
  public static final String TASK = "task";

  private Attempt() {}

  /** Dispatches on this thread. */
  public static String here(@Nullable BackgroundDispatcher injected) {
    if (injected == null) {
      return "null";
    }
    try {
      injected.dispatch(TASK, () -> {});
      return "dispatched";
    } catch (RuntimeException e) {
      return e.getClass().getName() + ": " + e.getMessage();
    }
  }

  /** Dispatches on a thread that knows nothing of the request. */
  public static String elsewhere(@Nullable BackgroundDispatcher injected) {
    try {
      return CompletableFuture.supplyAsync(() -> here(injected)).get(10, SECONDS);
    } catch (InterruptedException | ExecutionException | TimeoutException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Unwraps on this thread, dispatches on another one. */
  public static String unwrapped(@Nullable BackgroundDispatcher injected) {
    return elsewhere(injected == null ? null : injected.unwrap());
  }
}
