// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.example.orders;

import io.github.afterspan.example.http.BodyLimit;
import io.github.afterspan.example.http.JsonBody;
import io.github.afterspan.example.http.ProblemMapper;
import org.glassfish.hk2.utilities.binding.AbstractBinder;
import org.glassfish.jersey.server.ResourceConfig;
import org.glassfish.jersey.server.ServerProperties;

/**
 * The JAX-RS application. {@code @Context BackgroundDispatcher} and {@code @Context
 * DurableDispatcher} need no line here: the features of afterspan-jaxrs and afterspan-durable are
 * found by themselves.
 */
public final class OrdersApplication extends ResourceConfig {

  /**
   * Makes the application.
   *
   * @param orders keeps the orders
   * @param durableOrders keeps those that are to outlive the process
   * @param mail confirms them
   * @param plainExecutor does it as people do it without us
   */
  public OrdersApplication(
      OrderStore orders,
      DurableOrders durableOrders,
      ConfirmationMail mail,
      PlainExecutor plainExecutor) {
    register(OrderResource.class);
    register(JsonBody.class);
    register(BodyLimit.class);
    register(ProblemMapper.class);
    property(ServerProperties.WADL_FEATURE_DISABLE, true);
    register(
        new AbstractBinder() {
          @Override
          protected void configure() {
            bind(orders).to(OrderStore.class);
            bind(durableOrders).to(DurableOrders.class);
            bind(mail).to(ConfirmationMail.class);
            bind(plainExecutor).to(PlainExecutor.class);
          }
        });
  }
}
