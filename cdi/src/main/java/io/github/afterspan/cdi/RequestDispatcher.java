// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.cdi;

import io.github.afterspan.BackgroundDispatcher;
import io.github.afterspan.BackgroundTask;
import io.github.afterspan.DispatchedTask;
import io.github.afterspan.TaskOptions;
import java.util.concurrent.Executor;

/**
 * Stands between CDI's proxy and the dispatcher of a request, for {@link #unwrap()}: where a method
 * returns the object that it was called on, Weld's proxies return themselves instead.
 */
final class RequestDispatcher implements BackgroundDispatcher {

  private final BackgroundDispatcher dispatcher;

  RequestDispatcher(BackgroundDispatcher dispatcher) {
    this.dispatcher = dispatcher;
  }

  @Override
  public DispatchedTask dispatch(String name, BackgroundTask task) {
    return dispatcher.dispatch(name, task);
  }

  @Override
  public DispatchedTask dispatch(TaskOptions options, BackgroundTask task) {
    return dispatcher.dispatch(options, task);
  }

  @Override
  public Executor executor(TaskOptions options) {
    return dispatcher.executor(options);
  }

  @Override
  public BackgroundDispatcher unwrap() {
    return dispatcher.unwrap();
  }
}
