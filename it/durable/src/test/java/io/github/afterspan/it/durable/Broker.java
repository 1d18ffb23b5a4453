// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it.durable;

import jakarta.jms.ConnectionFactory;
import jakarta.jms.JMSConsumer;
import jakarta.jms.JMSContext;
import jakarta.jms.Message;
import java.time.Duration;
import org.apache.activemq.artemis.core.config.impl.ConfigurationImpl;
import org.apache.activemq.artemis.core.server.embedded.EmbeddedActiveMQ;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.jspecify.annotations.Nullable;

/** A JMS broker inside the process. */
final class Broker implements AutoCloseable {

  static final String QUEUE = "orders";

  private final EmbeddedActiveMQ server = new EmbeddedActiveMQ();
  private final ActiveMQConnectionFactory connections;

  Broker() throws Exception {
    server.setConfiguration(
        new ConfigurationImpl()
            .setPersistenceEnabled(false)
            .setSecurityEnabled(false)
            .addAcceptorConfiguration("in-vm", "vm://0"));
    server.start();
    connections = new ActiveMQConnectionFactory("vm://0");
  }

  ConnectionFactory connections() {
    return connections;
  }

  /** Takes a message off the queue; null if none came in time. */
  @Nullable Message receive(Duration patience) {
    try (JMSContext jms = connections.createContext();
        JMSConsumer consumer = jms.createConsumer(jms.createQueue(QUEUE))) {
      return consumer.receive(patience.toMillis());
    }
  }

  @Override
  public void close() throws Exception {
    connections.close();
    server.stop();
  }
}
