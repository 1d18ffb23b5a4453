// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it.war;

import io.github.afterspan.BackgroundDispatcher;
import io.github.afterspan.BackgroundTask;
import io.github.afterspan.DispatchedTask;
import io.github.afterspan.StartMode;
import io.github.afterspan.TaskOptions;
import io.github.afterspan.servlet.BackgroundDispatchFilter;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Dispatches a task of the kind and name that the request asks for, and reports its outcome to the
 * {@link Switchboard}. Needs nothing but the filter and the Servlet API in its application.
 */
public final class TaskServlet extends HttpServlet {

  private static final long serialVersionUID = 1L;

  /** Made by the container. */
  public TaskServlet() {}

  @Override
  protected void doGet(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    String name = request.getParameter("name");
    CountDownLatch latch = Switchboard.latch(String.valueOf(request.getParameter("latch")));
    switch (request.getParameter("kind")) {
      case "waiting" -> dispatch(request, name, StartMode.IMMEDIATELY, latch::await);
      case "stuck" -> dispatch(request, name, StartMode.IMMEDIATELY, () -> spinUntil(latch));
      case "after" -> dispatch(request, name, StartMode.AFTER_RESPONSE, latch::await);
      case "naive" -> leak(latch);
      case "async" -> request.startAsync().dispatch("/dispatch?kind=nothing");
      case "nothing" -> {}
      default -> response.sendError(400, "unknown kind");
    }
    ClassLoader own = TaskServlet.class.getClassLoader();
    boolean packed = own == BackgroundDispatchFilter.class.getClassLoader();
    response.getWriter().print(packed && own != Switchboard.class.getClassLoader());
  }

  private static void dispatch(
      HttpServletRequest request, String name, StartMode mode, BackgroundTask body) {
    BackgroundDispatcher background = BackgroundDispatchFilter.dispatcher(request);
    DispatchedTask task =
        background.dispatch(
            TaskOptions.named(name).startMode(mode),
            () -> {
              ClassLoader context = Thread.currentThread().getContextClassLoader();
              if (context != TaskServlet.class.getClassLoader()) {
                throw new IllegalStateException("wrong context class loader: " + context);
              }
              body.run();
            });
    task.completion()
        .whenComplete((nothing, failure) -> Switchboard.report(name + ' ' + task.state()));
  }

  private static void spinUntil(CountDownLatch latch) {
    while (latch.getCount() > 0) {
      Thread.onSpinWait();
    }
  }

  /** What people do without us. */
  private static void leak(CountDownLatch latch) {
    ExecutorService pool = Executors.newSingleThreadExecutor();
    pool.execute(
        () -> {
          try {
            latch.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    Switchboard.cleanUpWith(pool::shutdownNow);
  }
}
