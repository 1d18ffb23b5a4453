// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.jaxrs;

import io.github.afterspan.BackgroundDispatcher;
import jakarta.servlet.ServletContext;
import jakarta.ws.rs.core.FeatureContext;
import java.lang.annotation.Annotation;
import java.lang.reflect.Type;
import org.jboss.resteasy.core.ResteasyContext;
import org.jboss.resteasy.spi.ContextInjector;
import org.jboss.resteasy.spi.HttpRequest;
import org.jspecify.annotations.Nullable;

/**
 * Tells RESTEasy what stands behind its proxies for {@code @Context BackgroundDispatcher}. It asks
 * at each use, on the thread that uses the proxy.
 *
 * <p>Linked only where RESTEasy is the implementation.
 */
final class ResteasyInjection
    implements ContextInjector<BackgroundDispatcher, BackgroundDispatcher> {

  private ResteasyInjection() {}

  static void install(FeatureContext context) {
    context.register(new ResteasyInjection());
    if (BackgroundDispatchFeature.onServlets()) {
      FilterRegistrationCheck.check(ResteasyContext.getContextData(ServletContext.class));
    }
  }

  @Override
  public BackgroundDispatcher resolve(
      @Nullable Class<? extends BackgroundDispatcher> rawType,
      @Nullable Type genericType,
      Annotation @Nullable [] annotations) {
    HttpRequest request = ResteasyContext.getContextData(HttpRequest.class);
    if (request == null) {
      return MissingDispatcher.withoutRequest();
    }
    return request.getAttribute(BackgroundDispatcher.class.getName())
            instanceof BackgroundDispatcher dispatcher
        ? dispatcher
        : MissingDispatcher.withoutFilter(
            request.getHttpMethod(), request.getUri().getBaseUri().getRawPath());
  }
}
