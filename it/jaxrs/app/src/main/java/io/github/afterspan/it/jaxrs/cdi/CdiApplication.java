// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it.jaxrs.cdi;

import jakarta.ws.rs.core.Application;
import java.util.Set;

/** Named in web.xml. */
public class CdiApplication extends Application {

  @Override
  public Set<Class<?>> getClasses() {
    return Set.of(CdiResource.class);
  }
}
