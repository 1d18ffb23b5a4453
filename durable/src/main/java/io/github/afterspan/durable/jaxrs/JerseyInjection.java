// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.durable.jaxrs;

import io.github.afterspan.durable.DurableDispatcher;
import jakarta.inject.Inject;
import jakarta.inject.Provider;
import jakarta.inject.Singleton;
import jakarta.servlet.http.HttpServletRequest;
import org.glassfish.hk2.api.Factory;
import org.glassfish.hk2.utilities.binding.AbstractBinder;
import org.glassfish.jersey.process.internal.RequestScoped;

/**
 * Binds the dispatcher in Jersey, as afterspan-jaxrs binds its own: a proxy for what outlives a
 * request, and the dispatcher itself for what does not.
 *
 * <p>Linked only where Jersey is the implementation.
 */
final class JerseyInjection extends AbstractBinder {

  @Override
  protected void configure() {
    bindFactory(DispatcherFactory.class, Singleton.class)
        .to(DurableDispatcher.class)
        .proxy(true)
        .proxyForSameScope(false)
        .in(RequestScoped.class);
  }

  static final class DispatcherFactory implements Factory<DurableDispatcher> {

    private final Provider<HttpServletRequest> request;

    @Inject
    DispatcherFactory(Provider<HttpServletRequest> request) {
      this.request = request;
    }

    @Override
    public DurableDispatcher provide() {
      return MissingDispatcher.orThatOf(request.get());
    }

    @Override
    public void dispose(DurableDispatcher instance) {
      // Whoever started the workers closes them.
    }
  }
}
