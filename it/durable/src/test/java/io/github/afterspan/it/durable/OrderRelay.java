// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it.durable;

import io.github.afterspan.durable.DurableHandler;
import io.github.afterspan.durable.DurableJob;
import io.github.afterspan.it.durable.OrderDatabase.Placed;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.JMSContext;
import jakarta.jms.JMSException;
import jakarta.jms.Message;

/** The recipe of durable's README: tells other services of an order, by JMS. */
final class OrderRelay implements DurableHandler<Placed> {

  private final ConnectionFactory broker;

  OrderRelay(ConnectionFactory broker) {
    this.broker = broker;
  }

  @Override
  public void run(Placed placed, DurableJob job) throws JMSException {
    try (JMSContext jms = broker.createContext()) {
      Message message = jms.createTextMessage(placed.order());
      message.setStringProperty("_AMQ_DUPL_ID", job.id()); // Artemis drops a second one
      W3CTraceContextPropagator.getInstance()
          .inject(Context.current(), message, OrderRelay::setProperty);
      jms.createProducer().send(jms.createQueue(Broker.QUEUE), message);
    }
  }

  private static void setProperty(Message message, String key, String value) {
    try {
      message.setStringProperty(key, value);
    } catch (JMSException e) {
      throw new IllegalStateException("the message takes no property " + key, e);
    }
  }
}
