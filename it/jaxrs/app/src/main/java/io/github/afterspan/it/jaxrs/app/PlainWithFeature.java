// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it.jaxrs.app;

import io.github.afterspan.it.jaxrs.plain.PlainApplication;
import io.github.afterspan.jaxrs.BackgroundDispatchFeature;
import java.util.HashSet;
import java.util.Set;

/** The plain application, and the feature. */
public class PlainWithFeature extends PlainApplication {

  @Override
  public Set<Class<?>> getClasses() {
    Set<Class<?>> classes = new HashSet<>(super.getClasses());
    classes.add(BackgroundDispatchFeature.class);
    return classes;
  }
}
