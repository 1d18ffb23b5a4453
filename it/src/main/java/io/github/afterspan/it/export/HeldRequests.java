// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it.export;

import io.github.afterspan.it.Handler;
import io.github.afterspan.servlet.BackgroundDispatchFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.lang.management.ManagementFactory;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import javax.management.JMException;
import javax.management.ObjectName;

/**
 * Requests whose tasks never run to their end, and what the heap of the process holds meanwhile.
 * The query says what to do: {@code background} dispatches a task with us, {@code executor} hands
 * it to an executor as people do, and {@code heap} answers with the classes of live objects.
 */
final class HeldRequests implements Handler {

  static final String PATH = "/held";

  private final CountDownLatch never = new CountDownLatch(1);
  private final Executor executor = Executors.newFixedThreadPool(1, HeldRequests::daemon);

  private static Thread daemon(Runnable body) {
    Thread thread = new Thread(body, "executor");
    thread.setDaemon(true);
    return thread;
  }

  @Override
  public void handle(HttpServletRequest request, HttpServletResponse response) throws Exception {
    switch (request.getQueryString()) {
      case "background" ->
          BackgroundDispatchFilter.dispatcher(request).dispatch("held", never::await);
      case "executor" -> executor.execute(() -> holdWith(request));
      case "heap" -> response.getWriter().print(heap());
      default -> response.sendError(400);
    }
  }

  private void holdWith(HttpServletRequest request) {
    try {
      never.await();
    } catch (InterruptedException e) {
      request.setAttribute("interrupted", e);
      Thread.currentThread().interrupt();
    }
  }

  /** A line for each class: number, live instances, bytes, name. Collects garbage first. */
  private static String heap() throws JMException {
    Object histogram =
        ManagementFactory.getPlatformMBeanServer()
            .invoke(
                new ObjectName("com.sun.management:type=DiagnosticCommand"),
                "gcClassHistogram",
                new Object[] {new String[0]},
                new String[] {String[].class.getName()});
    return String.valueOf(histogram)
        .lines()
        .filter(line -> line.contains("Request") || line.contains("SdkSpan"))
        .collect(Collectors.joining("\n"));
  }
}
