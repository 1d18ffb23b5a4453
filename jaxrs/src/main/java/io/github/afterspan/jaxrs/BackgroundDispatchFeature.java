// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.jaxrs;

import jakarta.ws.rs.ConstrainedTo;
import jakarta.ws.rs.RuntimeType;
import jakarta.ws.rs.core.Feature;
import jakarta.ws.rs.core.FeatureContext;

/**
 * Makes {@code @Context BackgroundDispatcher} work in JAX-RS resources and providers.
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
 * <p>Nothing has to be registered on Jersey: the feature is found through the standard services
 * file. Where that is switched off, register this class.
 *
 * <p>The dispatcher comes from the {@code BackgroundDispatchFilter}, which must run before the
 * JAX-RS servlet or filter. Where it did not run, what is injected throws an {@link
 * IllegalStateException} when it is used, which says what to map; it is never null, and requests
 * that do not dispatch are answered as ever.
 *
 * <p>Resources made for each request are given the dispatcher itself, which any thread may use.
 * Singletons, filters and sub-resources are given a proxy, which works on the request's thread; its
 * {@code unwrap()} gives the dispatcher itself.
 *
 * <p>Safe for use by several threads. Applies to servers only, never to JAX-RS clients.
 */
@ConstrainedTo(RuntimeType.SERVER)
public final class BackgroundDispatchFeature implements Feature {

  /** Creates the feature. JAX-RS implementations call this. */
  public BackgroundDispatchFeature() {}

  /**
   * Installs the injection of the dispatcher for the implementation at hand.
   *
   * @param context the application's configuration
   * @return whether there is an installer for this implementation
   */
  @Override
  public boolean configure(FeatureContext context) {
    if (isJersey(context)) {
      JerseyInjection.install(context);
      return true;
    }
    return false;
  }

  private static boolean isJersey(FeatureContext context) {
    return context.getConfiguration().getClass().getName().startsWith("org.glassfish.jersey.")
        && isPresent("org.glassfish.hk2.utilities.binding.AbstractBinder");
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
