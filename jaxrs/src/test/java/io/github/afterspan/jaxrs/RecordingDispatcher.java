// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.jaxrs;

import io.github.afterspan.BackgroundDispatcher;
import io.github.afterspan.BackgroundTask;
import io.github.afterspan.DispatchedTask;
import io.github.afterspan.TaskOptions;
import io.github.afterspan.TaskState;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;

/** Notes the names of what it is given, and runs nothing. */
final class RecordingDispatcher implements BackgroundDispatcher {

  final List<String> names = new CopyOnWriteArrayList<>();

  @Override
  public DispatchedTask dispatch(String name, BackgroundTask task) {
    names.add(name);
    return new Queued(name);
  }

  @Override
  public DispatchedTask dispatch(TaskOptions options, BackgroundTask task) {
    return dispatch(options.toString(), task);
  }

  @Override
  public Executor executor(TaskOptions options) {
    return command -> names.add(options.toString());
  }

  private record Queued(String name) implements DispatchedTask {

    @Override
    public TaskState state() {
      return TaskState.QUEUED;
    }

    @Override
    public CompletionStage<Void> completion() {
      return new CompletableFuture<>();
    }

    @Override
    public boolean cancel() {
      return false;
    }
  }
}
