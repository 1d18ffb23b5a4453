// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.durable.jaxrs;

import jakarta.annotation.Priority;
import jakarta.ws.rs.ConstrainedTo;
import jakarta.ws.rs.Priorities;
import jakarta.ws.rs.RuntimeType;
import jakarta.ws.rs.core.Feature;
import jakarta.ws.rs.core.FeatureContext;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;

/**
 * Makes {@code @Context DurableDispatcher} work in JAX-RS resources and providers, on Jersey,
 * RESTEasy and CXF in a servlet container.
 *
 * <pre>{@code
 * @Path("orders")
 * public class Orders {
 *   @Context DurableDispatcher durable;
 *
 *   @POST
 *   public Response place(Order order) throws SQLException {
 *     try (Connection connection = dataSource.getConnection()) {
 *       connection.setAutoCommit(false);
 *       orders.insert(connection, order);
 *       durable.enqueue(connection, "send-confirmation", Mail.of(order));
 *       connection.commit();
 *     }
 *     return Response.status(201).build();
 *   }
 * }
 * }</pre>
 *
 * <p>Nothing has to be registered on Jersey and RESTEasy: the feature is found through the standard
 * services file. On CXF, and where that file is switched off, register this class.
 *
 * <p>The dispatcher is that of {@link
 * io.github.afterspan.durable.servlet.DurableContextListener#dispatcher(jakarta.servlet.ServletRequest)}.
 * Where no workers were published, what is injected throws an {@link IllegalStateException} when it
 * is used, which says what to do; it is never null. As with {@code BackgroundDispatcher}, what
 * singletons, providers and everything on RESTEasy are given is a proxy, which works on the
 * request's thread; its {@code unwrap()} gives the dispatcher itself.
 *
 * <p>Safe for use by several threads. Applies to servers only, never to JAX-RS clients.
 */
@ConstrainedTo(RuntimeType.SERVER)
@Priority(Priorities.USER + 412) // one of its own: of equal ones RESTEasy 6.2 finds one feature
public final class DurableDispatchFeature implements Feature {

  private static final Logger LOGGER = System.getLogger("io.github.afterspan.durable");

  /** Creates the feature. JAX-RS implementations call this. */
  public DurableDispatchFeature() {}

  /**
   * Installs the injection of the dispatcher for the implementation at hand. Does nothing but to
   * log a warning on an implementation that it does not know, and where there are no servlets.
   *
   * @param context the application's configuration
   * @return whether the dispatcher will be injected
   */
  @Override
  public boolean configure(FeatureContext context) {
    String implementation = context.getConfiguration().getClass().getName();
    if (!isPresent("jakarta.servlet.ServletContext")) {
      LOGGER.log(
          Level.WARNING,
          "@Context DurableDispatcher needs a servlet container; use DurableWorkers.dispatcher()");
      return false;
    }
    if (implementation.startsWith("org.glassfish.jersey.")
        && isPresent("org.glassfish.hk2.utilities.binding.AbstractBinder")) {
      context.register(new JerseyInjection());
    } else if (implementation.startsWith("org.jboss.resteasy.")) {
      context.register(new ResteasyInjection());
    } else if (implementation.startsWith("org.apache.cxf.")) {
      context.register(new CxfInjection());
    } else {
      LOGGER.log(
          Level.WARNING,
          "@Context DurableDispatcher works on Jersey with HK2, RESTEasy and CXF, not on {0};"
              + " use DurableContextListener.dispatcher(request) instead",
          implementation);
      return false;
    }
    return true;
  }

  private static boolean isPresent(String className) {
    try {
      Class.forName(className, false, DurableDispatchFeature.class.getClassLoader());
      return true;
    } catch (ClassNotFoundException e) {
      return false;
    }
  }
}
