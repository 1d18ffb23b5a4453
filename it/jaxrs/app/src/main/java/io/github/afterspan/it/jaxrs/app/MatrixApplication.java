// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it.jaxrs.app;

import io.github.afterspan.BackgroundDispatcher;
import io.github.afterspan.jaxrs.BackgroundDispatchFeature;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Application;
import jakarta.ws.rs.core.Context;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Everything that every implementation can deploy. Registers no feature: it has to be found. */
public class MatrixApplication extends Application {

  @Context @Nullable BackgroundDispatcher ofField;

  @Override
  public Set<Class<?>> getClasses() {
    Set<Class<?>> classes =
        new HashSet<>(
            Set.of(
                PerRequest.class,
                AnnotatedSingleton.class,
                Handling.class,
                Deferred.class,
                SubResources.class,
                ProviderResource.class,
                Rejecting.class,
                RecordResource.class));
    classes.addAll(Providers.all());
    return classes;
  }

  @Override
  @SuppressWarnings("deprecation") // The one way to register an instance that is portable.
  public Set<Object> getSingletons() {
    return Set.of(new OneForAll(), new OfApplication(this));
  }

  /** Tells what became of the application's own field. */
  @Path("application-field")
  public static class OfApplication {

    private final MatrixApplication application;

    OfApplication(MatrixApplication application) {
      this.application = application;
    }

    @GET
    public String here() {
      return Attempt.here(application.ofField);
    }
  }

  /** With what only Jersey has. */
  public static class OnJersey extends MatrixApplication {
    @Override
    public Set<Class<?>> getClasses() {
      Set<Class<?>> classes = super.getClasses();
      classes.add(JerseyManagedAsync.class);
      classes.add(InjectAnnotated.class);
      return classes;
    }
  }

  /** With the feature, which CXF does not look for. */
  public static class OnCxf extends MatrixApplication {
    @Override
    public Set<Class<?>> getClasses() {
      Set<Class<?>> classes = super.getClasses();
      classes.add(BackgroundDispatchFeature.class);
      return classes;
    }
  }
}
