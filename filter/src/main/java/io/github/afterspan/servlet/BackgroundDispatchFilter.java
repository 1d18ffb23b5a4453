// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.servlet;

import static java.util.Objects.requireNonNull;

import io.github.afterspan.BackgroundDispatcher;
import io.github.afterspan.BackgroundWorkers;
import io.github.afterspan.WorkerOptions;
import io.opentelemetry.api.GlobalOpenTelemetry;
import io.opentelemetry.api.OpenTelemetry;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Gives each request a {@link BackgroundDispatcher}, tells it when the response is over, and drains
 * the workers when the application goes.
 *
 * <p>In {@code web.xml}, with the settings of {@link io.github.afterspan.WorkerOptions} as
 * init-params in kebab-case, all of them optional:
 *
 * <pre>{@code
 * <filter>
 *   <filter-name>background</filter-name>
 *   <filter-class>io.github.afterspan.servlet.BackgroundDispatchFilter</filter-class>
 *   <async-supported>true</async-supported>
 *   <init-param><param-name>concurrency</param-name><param-value>16</param-value></init-param>
 * </filter>
 * <filter-mapping>
 *   <filter-name>background</filter-name>
 *   <url-pattern>/*</url-pattern>
 * </filter-mapping>
 * }</pre>
 *
 * <p>In a program: {@code new BackgroundDispatchFilter(workers)}, registered with async support.
 *
 * <p>Map it before the filters and servlets that dispatch, and mark it as async-supported: without
 * that, asynchronous handlers behind it fail. A request that passes several times (forward,
 * include, asynchronous or error dispatch, two mappings) has one dispatcher.
 *
 * <p>The application is given the request and the response in a guard (init-param {@code
 * request-guard}, {@code on} unless set to {@code off}): once the exchange is over they throw a
 * clear {@link IllegalStateException}, streams included, where a container would answer with what
 * belongs to somebody else. Asynchronous exchanges are not guarded.
 *
 * <p>A response counts as over when the container has it back from the application; its last bytes
 * may be under way then. With the init-param {@code after-response} set to {@code last-byte} it is
 * over when they have gone (the default is {@code handed-back}): on Jetty and Undertow as it is, on
 * Tomcat with the valve of {@code afterspan-tomcat}, and as by default elsewhere.
 *
 * <p>When the filter is destroyed its workers are drained, those included that were passed in: this
 * is the last moment at which the services that tasks use are still there, on every container. Give
 * each application workers of its own.
 *
 * <p>Safe for use by several threads.
 */
public final class BackgroundDispatchFilter extends HttpFilter {

  /**
   * The request attribute that holds the dispatcher of a request: {@code
   * io.github.afterspan.BackgroundDispatcher}.
   */
  public static final String DISPATCHER_ATTRIBUTE = "io.github.afterspan.BackgroundDispatcher";

  private static final long serialVersionUID = 1L;

  private transient @Nullable BackgroundWorkers workers;
  private boolean guards = true;
  private boolean awaitsLastByte;

  /**
   * Makes a filter that creates its workers when it is initialised, from its init-params and the
   * global OpenTelemetry. For the container.
   */
  public BackgroundDispatchFilter() {}

  /**
   * Makes a filter for workers that are there already; of the init-params, only {@code
   * request-guard} and {@code after-response} are for it.
   *
   * @param workers run the tasks; drained when the filter is destroyed
   * @throws NullPointerException if the workers are null
   */
  public BackgroundDispatchFilter(BackgroundWorkers workers) {
    this.workers = requireNonNull(workers, "workers");
  }

  /**
   * Returns the dispatcher of a request, for servlets and filters.
   *
   * @param request a request that has passed this filter
   * @return its dispatcher; may be kept and used after the request is over
   * @throws NullPointerException if the request is null
   * @throws IllegalStateException if this filter did not see the request; the message says how to
   *     map it
   */
  public static BackgroundDispatcher dispatcher(ServletRequest request) {
    if (request.getAttribute(DISPATCHER_ATTRIBUTE) instanceof BackgroundDispatcher dispatcher) {
      return dispatcher;
    }
    String uri =
        request instanceof HttpServletRequest http
            ? http.getMethod() + " " + http.getRequestURI()
            : "this request";
    throw new IllegalStateException(
        "BackgroundDispatchFilter did not see "
            + uri
            + ": map it to a url-pattern that covers it, \"/*\" for one, before what dispatches");
  }

  /**
   * Tells when the exchange of a request is over, for those who want to do something of their own
   * then.
   *
   * @param request a request that has passed this filter
   * @return completes as the response of {@link BackgroundWorkers#dispatcher(CompletionStage)}
   *     does, on the thread that ends the exchange, which should not be kept; empty if this filter
   *     did not see the request
   * @throws NullPointerException if the request is null
   */
  public static Optional<CompletionStage<Boolean>> response(ServletRequest request) {
    return request.getAttribute(Exchange.ATTRIBUTE) instanceof Exchange exchange
        ? Optional.of(exchange.response().minimalCompletionStage())
        : Optional.empty();
  }

  /**
   * Creates the workers, unless they were passed in.
   *
   * @throws ServletException if an init-param is unknown or has a bad value; the message names it,
   *     the rule and the value
   */
  @Override
  public void init() throws ServletException {
    InitParameters parameters = new InitParameters(getFilterConfig());
    guards = parameters.requestGuard();
    awaitsLastByte = parameters.awaitsLastByte();
    DeploymentDescriptor.warnIfNotAsync(getFilterConfig());
    if (workers != null) {
      parameters.requireNoneOfWorkers();
      return;
    }
    WorkerOptions options = parameters.workerOptions();
    Executor executor = parameters.executor();
    OpenTelemetry openTelemetry = GlobalOpenTelemetry.getOrNoop();
    try {
      workers =
          executor == null
              ? BackgroundWorkers.create(openTelemetry, options)
              : BackgroundWorkers.create(openTelemetry, options, executor);
    } catch (IllegalArgumentException e) { // virtual threads, on a Java that has none
      throw parameters.refused(String.valueOf(e.getMessage()), e);
    }
  }

  @Override
  protected void doFilter(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    Exchange exchange = exchange(request);
    boolean outermost = exchange.enter();
    // An asynchronous exchange ends on another thread, beside listeners that still need its
    // objects.
    boolean guarded = guards && outermost && request.getDispatcherType() != DispatcherType.ASYNC;
    Guard guard = guarded ? new Guard(request, response) : null;
    try {
      if (guard == null) {
        chain.doFilter(request, response);
      } else {
        chain.doFilter(guard.request, guard.response);
      }
    } catch (IOException | ServletException | RuntimeException | Error e) {
      if (outermost) { // what leaves an inner pass may be caught by whoever included it
        exchange.failed(e);
      }
      throw e;
    } finally {
      if (guard != null) {
        guard.buryUnlessAsync();
      }
      exchange.leave(request, response);
    }
  }

  private Exchange exchange(HttpServletRequest request) {
    if (request.getAttribute(Exchange.ATTRIBUTE) instanceof Exchange known) {
      return known;
    }
    Exchange exchange =
        awaitsLastByte ? Exchange.untilLastByte(request) : Exchange.untilHandedBack();
    request.setAttribute(Exchange.ATTRIBUTE, exchange);
    request.setAttribute(DISPATCHER_ATTRIBUTE, requireWorkers().dispatcher(exchange.response()));
    return exchange;
  }

  /** Drains the workers, and waits until that is over. */
  @Override
  public void destroy() {
    BackgroundWorkers drained = workers;
    if (drained != null) {
      drained.close();
    }
  }

  private BackgroundWorkers requireWorkers() {
    BackgroundWorkers known = workers;
    if (known == null) {
      throw new IllegalStateException("BackgroundDispatchFilter has not been initialised");
    }
    return known;
  }
}
