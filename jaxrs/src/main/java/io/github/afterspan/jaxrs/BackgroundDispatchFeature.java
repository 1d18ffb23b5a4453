// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.jaxrs;

import jakarta.annotation.Priority;
import jakarta.ws.rs.ConstrainedTo;
import jakarta.ws.rs.Priorities;
import jakarta.ws.rs.RuntimeType;
import jakarta.ws.rs.core.Feature;
import jakarta.ws.rs.core.FeatureContext;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;

/**
 * Makes {@code @Context BackgroundDispatcher} work in JAX-RS resources and providers, on Jersey,
 * RESTEasy and CXF.
 *
 * <pre>{@code
 * @Path("orders")
 * public class Orders {
 *   @Context BackgroundDispatcher background;
 *
 *   @POST
 *   public Response place(Order order) {
 *     background.dispatch("sendConfirmationEmail", () -> mailer.send(order));
 *     return Response.status(201).build();
 *   }
 * }
 * }</pre>
 *
 * <p>Nothing has to be registered on Jersey and RESTEasy: the feature is found through the standard
 * services file. On CXF, and where that file is switched off, register this class.
 *
 * <p>The dispatcher comes from the {@code BackgroundDispatchFilter}, which must run before the
 * JAX-RS servlet or filter. Where it did not run, what is injected throws an {@link
 * IllegalStateException} when it is used, which says what to map; it is never null, and requests
 * that do not dispatch are answered as ever. Where Jersey or RESTEasy start in a web application
 * that has no such filter, a warning is logged.
 *
 * <p>Method parameters, and (but on RESTEasy) the members of resources made for each request, are
 * the dispatcher itself, which any thread may use. Singletons, filters, sub-resources and
 * everything on RESTEasy are given a proxy, which works on the request's thread; its {@code
 * unwrap()} gives the dispatcher itself.
 *
 * <p>A {@link io.github.afterspan.DispatchRejectedException} that leaves a resource becomes a 503
 * with {@code Retry-After} and a body of type {@code application/problem+json}. An {@code
 * ExceptionMapper<DispatchRejectedException>} of the application takes precedence.
 *
 * <p>Safe for use by several threads. Applies to servers only, never to JAX-RS clients.
 */
@ConstrainedTo(RuntimeType.SERVER)
@Priority(Priorities.USER + 411) // one of its own: of equal ones RESTEasy 6.2 finds one feature
public final class BackgroundDispatchFeature implements Feature {

  private static final Logger LOGGER = System.getLogger("io.github.afterspan.jaxrs");

  /** Creates the feature. JAX-RS implementations call this. */
  public BackgroundDispatchFeature() {}

  /**
   * Installs the injection of the dispatcher for the implementation at hand. Does nothing but to
   * log a warning on an implementation that it does not know.
   *
   * @param context the application's configuration
   * @return whether the dispatcher will be injected
   */
  @Override
  public boolean configure(FeatureContext context) {
    String implementation = context.getConfiguration().getClass().getName();
    if (implementation.startsWith("org.glassfish.jersey.")
        && isPresent("org.glassfish.hk2.utilities.binding.AbstractBinder")) {
      JerseyInjection.install(context);
    } else if (implementation.startsWith("org.jboss.resteasy.")) {
      ResteasyInjection.install(context);
    } else if (implementation.startsWith("org.apache.cxf.")) {
      CxfInjection.install(context);
    } else {
      LOGGER.log(
          Level.WARNING,
          "@Context BackgroundDispatcher works on Jersey with HK2, RESTEasy and CXF, not on {0};"
              + " use BackgroundDispatchFilter.dispatcher(request) instead",
          implementation);
      return false;
    }
    context.register(new RejectedTaskMapper(), Integer.MAX_VALUE);
    context.register(new Problem.Writer());
    return true;
  }

  /** Tells whether the servlet API is there, which not every server has. */
  static boolean onServlets() {
    return isPresent("jakarta.servlet.ServletContext");
  }

  private static boolean isPresent(String className) {
    try {
      Class.forName(className, false, BackgroundDispatchFeature.class.getClassLoader());
      return true;
    } catch (ClassNotFoundException e) {
      return false;
    }
  }
}
