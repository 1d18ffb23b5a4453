// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it.jaxrs.cdi;

import io.github.afterspan.BackgroundDispatcher;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import org.jspecify.annotations.Nullable;

/** Finds what was injected where. */
@ApplicationScoped
public class Injected {

  @Inject @Nullable LongLived longLived;
  @Inject @Nullable ShortLived shortLived;
  @Inject @Nullable Instance<BackgroundDispatcher> instance;

  @Nullable BackgroundDispatcher at(String point) {
    LongLived one = longLived;
    ShortLived other = shortLived;
    Instance<BackgroundDispatcher> looked = instance;
    if (one == null || other == null || looked == null) {
      return null;
    }
    return switch (point) {
      case "application-scoped-field" -> one.ofField();
      case "application-scoped-constructor" -> one.ofConstructor();
      case "application-scoped-initialiser" -> one.ofInitialiser();
      case "request-scoped-field" -> other.ofField();
      case "instance" -> looked.get();
      default -> throw new IllegalArgumentException(point);
    };
  }
}
