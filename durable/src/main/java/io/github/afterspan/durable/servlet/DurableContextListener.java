// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.durable.servlet;

import static java.util.Objects.requireNonNull;

import io.github.afterspan.durable.DurableDispatcher;
import io.github.afterspan.durable.DurableWorkers;
import io.github.afterspan.servlet.BackgroundDispatchFilter;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;
import jakarta.servlet.ServletRequest;
import org.jspecify.annotations.Nullable;

/**
 * Makes the durable workers of an application known to its servlets and JAX-RS resources, and
 * closes them when the application goes.
 *
 * <pre>{@code
 * context.addListener(new DurableContextListener(workers));           // in a program
 * DurableContextListener.publish(event.getServletContext(), workers); // or in a listener's start
 *
 * DurableDispatcher durable = DurableContextListener.dispatcher(request);
 * }</pre>
 *
 * <p>A listener of the application that publishes its workers closes them in its {@code
 * contextDestroyed}. Listeners end in the reverse of the order in which they were registered, so
 * what handlers use should be registered before.
 *
 * <p>Safe for use by several threads.
 */
public final class DurableContextListener implements ServletContextListener {

  /**
   * The context attribute that holds the workers: {@code
   * io.github.afterspan.durable.DurableWorkers}.
   */
  public static final String WORKERS_ATTRIBUTE = "io.github.afterspan.durable.DurableWorkers";

  /**
   * The request attribute that holds the dispatcher of a request that has asked for it: {@code
   * io.github.afterspan.durable.DurableDispatcher}.
   */
  public static final String DISPATCHER_ATTRIBUTE = "io.github.afterspan.durable.DurableDispatcher";

  private final DurableWorkers workers;

  /**
   * Makes a listener for workers that run already.
   *
   * @param workers published when the context starts, closed when it ends
   * @throws NullPointerException if the workers are null
   */
  public DurableContextListener(DurableWorkers workers) {
    this.workers = requireNonNull(workers, "workers");
  }

  /**
   * Makes workers known to an application. Who does that closes them.
   *
   * @param context the application
   * @param workers its workers
   * @throws NullPointerException if an argument is null
   */
  public static void publish(ServletContext context, DurableWorkers workers) {
    context.setAttribute(WORKERS_ATTRIBUTE, requireNonNull(workers, "workers"));
  }

  /**
   * Returns a dispatcher that belongs to no exchange, for start-up code and schedulers.
   *
   * @param context the application
   * @return the dispatcher
   * @throws NullPointerException if the context is null
   * @throws IllegalStateException if no workers were published
   */
  public static DurableDispatcher dispatcher(ServletContext context) {
    return workers(context).dispatcher();
  }

  /**
   * Returns the dispatcher of a request, for servlets and filters. Where the {@link
   * BackgroundDispatchFilter} has seen the request, what is enqueued within transactions starts
   * when the exchange is over; elsewhere it waits for the next poll.
   *
   * @param request a request to the application
   * @return its dispatcher; may be kept and used after the request is over
   * @throws NullPointerException if the request is null
   * @throws IllegalStateException if no workers were published
   */
  public static DurableDispatcher dispatcher(ServletRequest request) {
    if (request.getAttribute(DISPATCHER_ATTRIBUTE) instanceof DurableDispatcher known) {
      return known;
    }
    DurableWorkers workers = workers(request.getServletContext());
    DurableDispatcher dispatcher =
        BackgroundDispatchFilter.response(request)
            .map(workers::dispatcher)
            .orElseGet(workers::dispatcher);
    request.setAttribute(DISPATCHER_ATTRIBUTE, dispatcher);
    return dispatcher;
  }

  private static DurableWorkers workers(@Nullable ServletContext context) {
    if (context != null
        && context.getAttribute(WORKERS_ATTRIBUTE) instanceof DurableWorkers known) {
      return known;
    }
    throw new IllegalStateException(
        "no DurableWorkers in web application \""
            + (context == null ? "" : context.getContextPath())
            + "\": add a DurableContextListener, or call DurableContextListener.publish at start");
  }

  /** Publishes the workers. */
  @Override
  public void contextInitialized(ServletContextEvent event) {
    publish(event.getServletContext(), workers);
  }

  /** Closes the workers, and waits until their drain is over. */
  @Override
  public void contextDestroyed(ServletContextEvent event) {
    event.getServletContext().removeAttribute(WORKERS_ATTRIBUTE);
    workers.close();
  }
}
