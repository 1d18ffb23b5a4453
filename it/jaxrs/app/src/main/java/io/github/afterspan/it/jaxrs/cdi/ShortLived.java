// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it.jaxrs.cdi;

import io.github.afterspan.BackgroundDispatcher;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import org.jspecify.annotations.Nullable;

/** One for each request. */
@RequestScoped
public class ShortLived {

  @Inject @Nullable BackgroundDispatcher ofField;

  @Nullable BackgroundDispatcher ofField() {
    return ofField;
  }
}
