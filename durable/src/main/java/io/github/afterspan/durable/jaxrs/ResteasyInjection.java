// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.durable.jaxrs;

import io.github.afterspan.durable.DurableDispatcher;
import jakarta.servlet.http.HttpServletRequest;
import java.lang.annotation.Annotation;
import java.lang.reflect.Type;
import org.jboss.resteasy.core.ResteasyContext;
import org.jboss.resteasy.spi.ContextInjector;
import org.jspecify.annotations.Nullable;

/**
 * Tells RESTEasy what stands behind its proxies for {@code @Context DurableDispatcher}. It asks at
 * each use, on the thread that uses the proxy.
 *
 * <p>Linked only where RESTEasy is the implementation.
 */
final class ResteasyInjection implements ContextInjector<DurableDispatcher, DurableDispatcher> {

  @Override
  public DurableDispatcher resolve(
      @Nullable Class<? extends DurableDispatcher> rawType,
      @Nullable Type genericType,
      Annotation @Nullable [] annotations) {
    return MissingDispatcher.orThatOf(ResteasyContext.getContextData(HttpServletRequest.class));
  }
}
