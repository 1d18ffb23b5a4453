// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it;

import io.github.afterspan.servlet.BackgroundDispatchFilter;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterRegistration;
import jakarta.servlet.MultipartConfigElement;
import jakarta.servlet.ServletContainerInitializer;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletRegistration;
import jakarta.servlet.http.HttpServlet;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.EventListener;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A web application of a test, said in a way that every container understands.
 *
 * <pre>{@code
 * Application application =
 *     new Application()
 *         .filter(new BackgroundDispatchFilter(workers))
 *         .servlet("/orders", (request, response) -> response.setStatus(201));
 * }</pre>
 *
 * <p>Not thread-safe. Filled before it is given to a container, and used once.
 */
public final class Application implements ServletContainerInitializer {

  private record MappedFilter(
      @Nullable Filter filter,
      @Nullable Class<? extends Filter> type,
      Map<String, String> initParameters,
      EnumSet<DispatcherType> dispatcherTypes) {}

  private final List<MappedFilter> filters = new ArrayList<>();
  private final List<EventListener> listeners = new ArrayList<>();
  private final Map<String, HttpServlet> servlets = new LinkedHashMap<>();
  private final Map<Integer, String> errorPages = new LinkedHashMap<>();

  /**
   * Adds a filter for every path and every kind of servlet dispatch, inside those added before.
   *
   * @param filter the filter
   * @return this
   */
  public Application filter(Filter filter) {
    return filter(filter, EnumSet.allOf(DispatcherType.class));
  }

  /**
   * Adds a filter for every path, inside those added before.
   *
   * @param filter the filter
   * @param dispatcherTypes the kinds of servlet dispatches that pass it
   * @return this
   */
  public Application filter(Filter filter, EnumSet<DispatcherType> dispatcherTypes) {
    filters.add(new MappedFilter(filter, null, Map.of(), EnumSet.copyOf(dispatcherTypes)));
    return this;
  }

  /**
   * Adds a filter for every path and every kind of servlet dispatch, inside those added before.
   *
   * @param filter the filter
   * @param initParameters its init-params
   * @return this
   */
  public Application filter(Filter filter, Map<String, String> initParameters) {
    filters.add(
        new MappedFilter(filter, null, initParameters, EnumSet.allOf(DispatcherType.class)));
    return this;
  }

  /**
   * Adds our filter by its class, for the container to make it.
   *
   * @param initParameters its init-params
   * @return this
   */
  public Application backgroundFilter(Map<String, String> initParameters) {
    filters.add(
        new MappedFilter(
            null,
            BackgroundDispatchFilter.class,
            initParameters,
            EnumSet.allOf(DispatcherType.class)));
    return this;
  }

  /**
   * Adds a servlet.
   *
   * @param path the path it is mapped to
   * @param handler what it does
   * @return this
   */
  public Application servlet(String path, Handler handler) {
    return servlet(path, handler.servlet());
  }

  /**
   * Adds a servlet.
   *
   * @param path the path it is mapped to
   * @param servlet the servlet
   * @return this
   */
  public Application servlet(String path, HttpServlet servlet) {
    servlets.put(path, servlet);
    return this;
  }

  /**
   * Adds a listener.
   *
   * @param listener one of the servlet API's
   * @return this
   */
  public Application listener(EventListener listener) {
    listeners.add(listener);
    return this;
  }

  /**
   * Adds an error page.
   *
   * @param status the status it stands for
   * @param path the path of the servlet that makes it
   * @return this
   */
  public Application errorPage(int status, String path) {
    errorPages.put(status, path);
    return this;
  }

  /**
   * Adds everything that another application has, inside what was added before.
   *
   * @param other the other application
   * @return this
   */
  public Application with(Application other) {
    filters.addAll(other.filters);
    servlets.putAll(other.servlets);
    listeners.addAll(other.listeners);
    errorPages.putAll(other.errorPages);
    return this;
  }

  /**
   * Returns the error pages, for the container to add, since a servlet context cannot.
   *
   * @return paths by status
   */
  public Map<Integer, String> errorPages() {
    return Map.copyOf(errorPages);
  }

  @Override
  public void onStartup(@Nullable Set<Class<?>> classes, ServletContext context) {
    for (MappedFilter mapped : filters) {
      addFilter(context, mapped);
    }
    servlets.forEach(
        (path, servlet) -> {
          ServletRegistration.Dynamic registration = context.addServlet(path, servlet);
          registration.addMapping(path);
          registration.setAsyncSupported(true);
          registration.setMultipartConfig(new MultipartConfigElement(""));
        });
    listeners.forEach(context::addListener);
  }

  private void addFilter(ServletContext context, MappedFilter mapped) {
    String name = "filter" + context.getFilterRegistrations().size();
    FilterRegistration.Dynamic registration =
        mapped.filter() != null
            ? context.addFilter(name, mapped.filter())
            : context.addFilter(name, mapped.type());
    registration.setInitParameters(mapped.initParameters());
    registration.setAsyncSupported(true);
    registration.addMappingForUrlPatterns(mapped.dispatcherTypes(), true, "/*");
  }
}
