// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it.jaxrs.app;

import io.github.afterspan.durable.DurableDispatcher;
import io.github.afterspan.durable.jaxrs.DurableDispatchFeature;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.Application;
import jakarta.ws.rs.core.Context;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Enqueues jobs within transactions. Registers no feature, but on CXF: it has to be found. */
public class DurableApplication extends Application {

  @Override
  public Set<Class<?>> getClasses() {
    return new HashSet<>(Set.of(PerRequest.class));
  }

  @Override
  @SuppressWarnings("deprecation") // The one way to register an instance that is portable.
  public Set<Object> getSingletons() {
    return Set.of(new OneForAll());
  }

  /** Made for each request. */
  @Path("per-request/{point}")
  public static class PerRequest {

    @Context @Nullable DurableDispatcher ofField;

    @GET
    public String enqueue(
        @PathParam("point") String point, @Context DurableDispatcher ofParameter) {
      return attempt(point.equals("field") ? ofField : ofParameter);
    }
  }

  /** One object for all requests. */
  @Path("instance/{point}")
  public static class OneForAll {

    @Context @Nullable DurableDispatcher ofField;

    @GET
    public String enqueue(
        @PathParam("point") String point, @Context DurableDispatcher ofParameter) {
      return attempt(point.equals("field") ? ofField : ofParameter);
    }
  }

  static String attempt(@Nullable DurableDispatcher dispatcher) {
    if (dispatcher == null) {
      return "null";
    }
    try (Connection connection = DurableListener.connect()) {
      connection.setAutoCommit(false);
      dispatcher.enqueue(connection, "mail", "a@example.org");
      connection.commit();
      return "enqueued";
    } catch (SQLException | RuntimeException e) {
      return e.toString();
    }
  }

  /** The same on Jersey. */
  public static class OnJersey extends DurableApplication {}

  /** With the feature, which CXF does not look for. */
  public static class OnCxf extends DurableApplication {
    @Override
    public Set<Class<?>> getClasses() {
      Set<Class<?>> classes = super.getClasses();
      classes.add(DurableDispatchFeature.class);
      return classes;
    }
  }
}
