// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it.contract;

import static io.github.afterspan.StartMode.AFTER_RESPONSE;

import io.github.afterspan.BackgroundDispatcher;
import io.github.afterspan.TaskOptions;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;

/** What is done with an exchange by threads that are not the handler's. */
abstract class OffThreadScenarios extends Scenarios {

  private final ExecutorService others = Executors.newCachedThreadPool();

  @AfterEach
  void stopOthers() {
    others.shutdownNow();
  }

  /** What another thread does, whose failure fails the test. */
  interface Work {
    void run() throws Exception;
  }

  final void elsewhere(Work work) {
    others.execute(
        () -> {
          try {
            work.run();
          } catch (Throwable e) {
            failure.compareAndSet(null, e);
          }
        });
  }

  final void dispatchUnchecked(BackgroundDispatcher background, String name) {
    track(name, background.dispatch(TaskOptions.named(name).startMode(AFTER_RESPONSE), body(name)));
  }

  final void dispatchAfter(BackgroundDispatcher background, String name) throws Exception {
    dispatchUnchecked(background, name);
    assertWaiting(background, name);
  }
}
