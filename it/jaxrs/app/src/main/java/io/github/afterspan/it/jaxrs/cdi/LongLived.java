// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it.jaxrs.cdi;

import io.github.afterspan.BackgroundDispatcher;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import org.jspecify.annotations.Nullable;

/** One for all requests. */
@ApplicationScoped
public class LongLived {

  private final @Nullable BackgroundDispatcher ofConstructor;
  private @Nullable BackgroundDispatcher ofInitialiser;
  @Inject @Nullable BackgroundDispatcher ofField;

  /** For CDI's proxies. */
  LongLived() {
    ofConstructor = null;
  }

  @Inject
  LongLived(BackgroundDispatcher dispatcher) {
    ofConstructor = dispatcher;
  }

  @Inject
  void initialise(BackgroundDispatcher dispatcher) {
    ofInitialiser = dispatcher;
  }

  @Nullable BackgroundDispatcher ofField() {
    return ofField;
  }

  @Nullable BackgroundDispatcher ofConstructor() {
    return ofConstructor;
  }

  @Nullable BackgroundDispatcher ofInitialiser() {
    return ofInitialiser;
  }
}
