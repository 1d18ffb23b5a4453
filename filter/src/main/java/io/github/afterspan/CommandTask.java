// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;

/** A command of an {@link java.util.concurrent.Executor} as a task. Run once. */
final class CommandTask implements BackgroundTask {

  private final Runnable command;

  CommandTask(Runnable command) {
    this.command = command;
  }

  @Override
  public void run() throws Exception {
    command.run();
    if (command instanceof Future<?> future && future.isDone() && !future.isCancelled()) {
      try {
        future.get();
      } catch (ExecutionException e) {
        throw e.getCause() instanceof Exception failure ? failure : e;
      }
    }
  }
}
