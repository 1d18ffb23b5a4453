// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it.jaxrs.app;

import io.github.afterspan.DispatchRejectedException;
import io.github.afterspan.jaxrs.BackgroundDispatchFeature;
import jakarta.ws.rs.core.Application;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.ExceptionMapper;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Answers refusals in its own way. */
public abstract class OverridingApplication extends Application {

  private final List<Class<?>> classes;

  OverridingApplication(Class<?>... classes) {
    this.classes = List.of(classes);
  }

  @Override
  public Set<Class<?>> getClasses() {
    return Collections.unmodifiableSet(new LinkedHashSet<>(classes));
  }

  /** Registers its mapper before the feature. */
  public static class MapperFirst extends OverridingApplication {
    public MapperFirst() {
      super(Mapper.class, BackgroundDispatchFeature.class, Rejecting.class);
    }
  }

  /** Registers its mapper after the feature. */
  public static class MapperLast extends OverridingApplication {
    public MapperLast() {
      super(BackgroundDispatchFeature.class, Rejecting.class, Mapper.class);
    }
  }

  /** No 503. */
  public static class Mapper implements ExceptionMapper<DispatchRejectedException> {
    @Override
    public Response toResponse(DispatchRejectedException rejection) {
      return Response.status(429)
          .type(MediaType.TEXT_PLAIN)
          .entity("mapped by the application: " + rejection.reason())
          .build();
    }
  }
}
