// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it.jaxrs.plain;

import jakarta.ws.rs.core.Application;
import java.util.Set;

/** An application that never dispatches. */
public class PlainApplication extends Application {

  @Override
  public Set<Class<?>> getClasses() {
    return Set.of(
        Methods.class,
        Representations.class,
        Parameters.class,
        Bodies.class,
        Failures.class,
        Failures.Mapper.class,
        Later.class);
  }
}
