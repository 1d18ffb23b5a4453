// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.servlet;

import io.github.afterspan.DispatchedTask;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import org.jspecify.annotations.Nullable;

/**
 * What is left of a request and a response once their exchange is over: objects of which every
 * method throws. A proxy, so that methods which a later Servlet version adds throw as well.
 */
final class Tombstone {

  static final HttpServletRequest REQUEST = of(HttpServletRequest.class, "request");
  static final HttpServletResponse RESPONSE = of(HttpServletResponse.class, "response");

  private Tombstone() {}

  /** The exception for a use after the end; names the task that is at it, where it can be known. */
  static IllegalStateException usedTooLate(String what, String member) {
    String user =
        DispatchedTask.current().map(task -> "task \"" + task.name() + "\"").orElse("this thread");
    return new IllegalStateException(
        member
            + ": "
            + user
            + " used a "
            + what
            + " whose exchange is over, when the container may be serving somebody else with it;"
            + " copy the values you need before dispatching");
  }

  private static <T> T of(Class<T> type, String what) {
    return type.cast(
        Proxy.newProxyInstance(
            Tombstone.class.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) -> invoke(proxy, method, arguments, what)));
  }

  private static Object invoke(
      Object proxy, Method method, Object @Nullable [] arguments, String what) {
    return switch (method.getName()) {
      case "toString" -> "a " + what + " whose exchange is over";
      case "hashCode" -> System.identityHashCode(proxy);
      case "equals" -> arguments != null && proxy == arguments[0];
      default -> throw usedTooLate(what, method.getName() + "()");
    };
  }
}
