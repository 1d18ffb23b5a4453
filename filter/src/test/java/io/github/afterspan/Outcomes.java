// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.fail;

import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;

/** Waits for outcomes of tasks, with a bound. */
final class Outcomes {

  private static final int BOUND_SECONDS = 30;

  private Outcomes() {}

  /** The outcome, once it is there. */
  static TaskState outcome(DispatchedTask task) throws Exception {
    CompletableFuture<TaskState> outcome =
        task.completion().handle((done, failure) -> task.state()).toCompletableFuture();
    return outcome.get(BOUND_SECONDS, SECONDS);
  }

  /** What the completion of a task that did not succeed gives, once it is there. */
  static Throwable failure(DispatchedTask task) throws InterruptedException, TimeoutException {
    try {
      task.completion().toCompletableFuture().get(BOUND_SECONDS, SECONDS);
      return fail("task succeeded: " + task);
    } catch (ExecutionException e) {
      return e.getCause();
    } catch (CancellationException e) {
      return e;
    }
  }
}
