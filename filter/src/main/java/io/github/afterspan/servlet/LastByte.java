// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.servlet;

import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletRequestWrapper;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * Asks a container to tell when the last byte of a response has gone, or never will. No part of the
 * Servlet specification does that, so each container is asked in its own way, by name: Jetty 12
 * (ee10, ee11) and Undertow 2.3 have listeners, Tomcat needs the valve of {@code afterspan-tomcat}.
 *
 * <p>What a container looks like is worked out once for each of its request classes.
 */
final class LastByte {

  /** Set on each request by the Tomcat valve: a {@link Consumer} of what to run at the end. */
  static final String VALVE_ATTRIBUTE = "io.github.afterspan.tomcat.LastByteValve";

  /** The way of one container. */
  private interface Hook {
    /** Has something run at the end of the exchange; false if this request can't. */
    boolean add(ServletRequest request, Runnable atEnd) throws ReflectiveOperationException;
  }

  /**
   * By request class, of which a container has one. Not a {@link ClassValue}: that hangs its values
   * on the class, where the container's would keep the application's class loader for good.
   */
  private static final Map<Class<?>, Hook> HOOKS = new ConcurrentHashMap<>();

  private LastByte() {}

  /**
   * Has something run once the container has finished with the response.
   *
   * @return false if this container offers no way; then nothing will be run
   */
  static boolean whenGone(ServletRequest request, Runnable atEnd) {
    ServletRequest own = request;
    while (own instanceof ServletRequestWrapper wrapper) {
      own = wrapper.getRequest();
    }
    try {
      return HOOKS.computeIfAbsent(own.getClass(), LastByte::hookOrValve).add(own, atEnd);
    } catch (ReflectiveOperationException e) {
      return false;
    }
  }

  private static Hook hookOrValve(Class<?> type) {
    try {
      return hook(type);
    } catch (ReflectiveOperationException e) {
      return LastByte::addToValve; // a version that looks different: as good as no hook
    }
  }

  private static Hook hook(Class<?> type) throws ReflectiveOperationException {
    String name = type.getName();
    if (name.startsWith("org.eclipse.jetty.ee")) {
      return jetty(type);
    }
    if (name.equals("io.undertow.servlet.spec.HttpServletRequestImpl")) {
      return undertow(type);
    }
    return LastByte::addToValve;
  }

  private static Hook jetty(Class<?> type) throws ReflectiveOperationException {
    ClassLoader loader = type.getClassLoader();
    Class<?> ofContext =
        Class.forName(type.getPackageName() + ".ServletContextRequest", false, loader);
    Class<?> core = Class.forName("org.eclipse.jetty.server.Request", false, loader);
    Method find = ofContext.getMethod("getServletContextRequest", ServletRequest.class);
    Method listen = core.getMethod("addCompletionListener", core, Consumer.class);
    return (request, atEnd) -> {
      Consumer<Object> listener = failure -> atEnd.run();
      listen.invoke(null, find.invoke(null, request), listener);
      return true;
    };
  }

  private static Hook undertow(Class<?> type) throws ReflectiveOperationException {
    ClassLoader loader = type.getClassLoader();
    Class<?> listener =
        Class.forName("io.undertow.server.ExchangeCompletionListener", false, loader);
    Method proceed =
        Class.forName("io.undertow.server.ExchangeCompletionListener$NextListener", false, loader)
            .getMethod("proceed");
    Method find = type.getMethod("getExchange");
    Method listen = find.getReturnType().getMethod("addExchangeCompleteListener", listener);
    return (request, atEnd) -> {
      Object told =
          Proxy.newProxyInstance(
              loader,
              new Class<?>[] {listener},
              (proxy, method, arguments) -> {
                if (!method.getName().equals("exchangeEvent")) {
                  return method.invoke(atEnd, arguments); // equals, hashCode, toString
                }
                try {
                  atEnd.run();
                } finally {
                  proceed.invoke(arguments[1]);
                }
                return null;
              });
      listen.invoke(find.invoke(request), told);
      return true;
    };
  }

  @SuppressWarnings("unchecked") // what our valve put there
  private static boolean addToValve(ServletRequest request, Runnable atEnd) {
    if (request.getAttribute(VALVE_ATTRIBUTE) instanceof Consumer<?> valve) {
      ((Consumer<Runnable>) valve).accept(atEnd);
      return true;
    }
    return false;
  }
}
