// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.jaxrs;

import io.github.afterspan.BackgroundDispatcher;
import jakarta.inject.Inject;
import jakarta.inject.Provider;
import jakarta.inject.Singleton;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.core.FeatureContext;
import org.glassfish.hk2.api.Factory;
import org.glassfish.hk2.utilities.binding.AbstractBinder;
import org.glassfish.jersey.process.internal.RequestScoped;

/**
 * Binds the dispatcher in Jersey, through HK2's own binder: Jersey's moved to another package in
 * 4.0, HK2's is the same under 3.1 and 4.0.
 *
 * <p>Linked only where Jersey is the implementation.
 */
final class JerseyInjection extends AbstractBinder {

  private JerseyInjection() {}

  static void install(FeatureContext context) {
    context.register(new JerseyInjection());
    if (BackgroundDispatchFeature.onServlets()) {
      context.register(FilterRegistrationCheck.class);
    }
  }

  /**
   * A proxy for what outlives a request, and the dispatcher itself for what does not: without the
   * first, a singleton would keep the dispatcher of its first request; without the second, no
   * resource could use its field on another thread.
   */
  @Override
  protected void configure() {
    bindFactory(DispatcherFactory.class, Singleton.class)
        .to(BackgroundDispatcher.class)
        .proxy(true)
        .proxyForSameScope(false)
        .in(RequestScoped.class);
  }

  static final class DispatcherFactory implements Factory<BackgroundDispatcher> {

    private final Provider<ContainerRequestContext> request;

    @Inject
    DispatcherFactory(Provider<ContainerRequestContext> request) {
      this.request = request;
    }

    @Override
    public BackgroundDispatcher provide() {
      ContainerRequestContext current = request.get();
      return current.getProperty(BackgroundDispatcher.class.getName())
              instanceof BackgroundDispatcher dispatcher
          ? dispatcher
          : MissingDispatcher.withoutFilter(
              current.getMethod(), current.getUriInfo().getBaseUri().getRawPath());
    }

    @Override
    public void dispose(BackgroundDispatcher instance) {
      // Whoever made it closes it: the filter.
    }
  }
}
