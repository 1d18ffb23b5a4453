// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan;

import io.github.afterspan.WorkerOptions.OnCapture;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Looks into the body of a task for objects that die with their request. A lambda keeps what it
 * captures in fields, and so does an anonymous class; those are followed {@value #DEPTH} levels
 * deep, never into the JDK's own classes. Types are known by name, since this package knows no
 * servlet.
 *
 * <p>What a call site captures hardly changes, so each is looked at for its first {@value
 * #LOOKS_PER_CALL_SITE} dispatches, and warned about once.
 *
 * <p>Safe for use by several threads.
 */
final class CaptureCheck {

  private static final int DEPTH = 3;
  private static final int LOOKS_PER_CALL_SITE = 100;

  private static final Set<String> BOUND_TO_REQUEST =
      Set.of(
          "jakarta.servlet.ServletRequest",
          "jakarta.servlet.ServletResponse",
          "jakarta.servlet.ServletInputStream",
          "jakarta.servlet.ServletOutputStream",
          "jakarta.servlet.AsyncContext",
          "jakarta.servlet.http.HttpSession",
          "jakarta.ws.rs.container.ContainerRequestContext",
          "jakarta.ws.rs.container.ContainerResponseContext");

  /** What is worked out once for each class: where to look, and how often that was done. */
  private static final class CallSite {
    final boolean boundToRequest;
    final List<Field> fields;
    final AtomicInteger looks = new AtomicInteger();
    final AtomicBoolean warned = new AtomicBoolean();

    CallSite(Class<?> type) {
      boundToRequest = isBoundToRequest(type);
      fields = boundToRequest ? List.of() : followedFields(type);
    }
  }

  private static final int MOST_CALL_SITES = 4096;

  /**
   * By class. Not a {@link ClassValue}: that hangs its values on the class, and on a class of the
   * JDK or the container they would keep the application's class loader for good.
   */
  private final Map<Class<?>, CallSite> callSites = new ConcurrentHashMap<>();

  private final OnCapture onCapture;
  private final TaskLog log;

  CaptureCheck(OnCapture onCapture, TaskLog log) {
    this.onCapture = onCapture;
    this.log = log;
  }

  /**
   * Looks at a body that is about to be dispatched.
   *
   * @throws IllegalArgumentException if it captures something and that is to fail
   */
  void check(String name, BackgroundTask body) {
    if (onCapture == OnCapture.OFF) {
      return;
    }
    CallSite site = callSite(body.getClass());
    if (site.fields.isEmpty() || !looksAgain(site)) {
      return;
    }
    String found = find(body, site, DEPTH);
    if (found == null) {
      return;
    }
    String message =
        "task \""
            + name
            + "\" captures "
            + found
            + ", which is dead or somebody else's once the"
            + " response is over; copy the values you need before dispatching";
    if (onCapture == OnCapture.FAIL) {
      throw new IllegalArgumentException(message);
    }
    if (site.warned.compareAndSet(false, true)) {
      log.warn(message + " (dispatched by " + body.getClass().getName() + ")", null);
    }
  }

  private CallSite callSite(Class<?> type) {
    CallSite known = callSites.get(type);
    if (known != null) {
      return known;
    }
    if (callSites.size() >= MOST_CALL_SITES) {
      callSites.clear(); // classes are being made all the time; looked at again if they come back
    }
    return callSites.computeIfAbsent(type, CallSite::new);
  }

  private boolean looksAgain(CallSite site) {
    return onCapture == OnCapture.FAIL
        || (site.looks.get() < LOOKS_PER_CALL_SITE
            && site.looks.incrementAndGet() <= LOOKS_PER_CALL_SITE
            && !site.warned.get());
  }

  /** The type and the way to the first object found, or null. */
  private @Nullable String find(Object holder, CallSite site, int depth) {
    for (Field field : site.fields) {
      Object value = read(field, holder);
      if (value == null) {
        continue;
      }
      CallSite next = callSite(value.getClass());
      if (next.boundToRequest) {
        // A proxy below the first level is what injection gives to singletons: not a request.
        if (depth == DEPTH || !Proxy.isProxyClass(value.getClass())) {
          return "a " + value.getClass().getName() + " (" + field.getName() + ")";
        }
      } else if (depth > 1) {
        String found = find(value, next, depth - 1);
        if (found != null) {
          return found + " through " + field.getName();
        }
      }
    }
    return null;
  }

  private static @Nullable Object read(Field field, Object holder) {
    try {
      return field.get(holder);
    } catch (IllegalAccessException e) {
      throw new AssertionError("made accessible before", e);
    }
  }

  private static boolean isBoundToRequest(@Nullable Class<?> type) {
    if (type == null || type == Object.class) {
      return false;
    }
    if (BOUND_TO_REQUEST.contains(type.getName()) || isBoundToRequest(type.getSuperclass())) {
      return true;
    }
    for (Class<?> parent : type.getInterfaces()) {
      if (isBoundToRequest(parent)) {
        return true;
      }
    }
    return false;
  }

  private static List<Field> followedFields(Class<?> start) {
    List<Field> followed = new ArrayList<>();
    for (Class<?> type = start; type != null && !isOfJdk(type); type = type.getSuperclass()) {
      for (Field field : declaredFields(type)) {
        Class<?> of = field.getType();
        boolean mayHold = !of.isPrimitive() && !of.isArray() && !of.isEnum() && of != String.class;
        if (mayHold && !Modifier.isStatic(field.getModifiers()) && field.trySetAccessible()) {
          followed.add(field);
        }
      }
    }
    return List.copyOf(followed);
  }

  private static Field[] declaredFields(Class<?> type) {
    try {
      return type.getDeclaredFields();
    } catch (LinkageError e) { // one is of a type that is not there, which is nobody's fault
      return new Field[0];
    }
  }

  private static boolean isOfJdk(Class<?> type) {
    String name = type.getName();
    return type.isArray() || name.startsWith("java.") || name.startsWith("jdk.");
  }
}
