// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.example;

import io.github.afterspan.BackgroundWorkers;
import io.github.afterspan.example.mail.EmbeddedSmtp;
import io.github.afterspan.example.mail.Mailer;
import io.github.afterspan.example.mail.SmtpServer;
import io.github.afterspan.example.orders.ConfirmationMail;
import io.github.afterspan.example.orders.DurableOrders;
import io.github.afterspan.example.orders.OrderStore;
import io.github.afterspan.example.orders.OrdersApplication;
import io.github.afterspan.example.orders.PlainExecutor;
import io.github.afterspan.example.traces.TraceStore;
import java.io.IOException;
import java.net.URI;
import java.nio.channels.UnresolvedAddressException;
import org.eclipse.jetty.ee11.servlet.ServletContextHandler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.ContextHandlerCollection;
import org.jspecify.annotations.Nullable;

/**
 * The order service: orders over HTTP, mail over SMTP, spans over OTLP, and a page that shows them.
 *
 * <pre>{@code
 * try (OrderService service = OrderService.start(ServiceSettings.defaults().port(0))) {
 *   // POST to service.uri().resolve("orders")
 * }
 * }</pre>
 *
 * <p>Safe for use by several threads. Closed by whoever started it. Closing takes things down in
 * the order in which they need each other: no new orders (503), the ones under way, their
 * background work, the last spans, the listening port, and the mail server at the end.
 */
public final class OrderService implements AutoCloseable {

  private final ClosingOrder closing = new ClosingOrder();
  private final OrderStore orders = new OrderStore();
  private final TraceStore traces = new TraceStore();
  private final @Nullable EmbeddedSmtp embeddedSmtp;
  private final SmtpServer smtp;
  private final Telemetry telemetry;
  private final DurableOrders durableOrders;
  private final URI uri;

  private OrderService(ServiceSettings settings) throws Exception {
    try {
      SmtpServer configured = settings.smtp();
      if (configured == null) {
        embeddedSmtp = closing.opened(EmbeddedSmtp.start(settings.smtpDelay()));
        smtp = embeddedSmtp.address();
      } else {
        embeddedSmtp = null;
        smtp = configured;
      }

      Server server = new Server();
      ServerConnector connector = closing.opened(open(server, settings));
      closing.add(server::stop);
      uri = uri(settings.host(), connector.getLocalPort());

      telemetry =
          closing.opened(
              Telemetry.start(uri.resolve("v1/traces").toString(), settings.telemetry()));
      BackgroundWorkers workers = closing.opened(workers(settings, telemetry));
      PlainExecutor plainExecutor = closing.opened(new PlainExecutor(telemetry.openTelemetry()));

      Mailer mailer = new Mailer(smtp, settings.mailFrom());
      OrderDatabase database = closing.opened(OrderDatabase.of(settings.database()));
      durableOrders =
          closing.opened(DurableOrders.start(database.url(), mailer, telemetry.openTelemetry()));
      OrdersApplication application =
          new OrdersApplication(
              orders, durableOrders, new ConfirmationMail(mailer, orders), plainExecutor);
      serve(
          server, Webapps.orders(application, workers, durableOrders.workers(), telemetry, traces));
    } catch (Throwable t) {
      closing.close();
      throw t;
    }
  }

  private static BackgroundWorkers workers(ServiceSettings settings, Telemetry telemetry) {
    return BackgroundWorkers.create(
        telemetry.openTelemetry(), settings.workers().toBuilder().flush(telemetry::flush).build());
  }

  private void serve(Server server, ServletContextHandler ordersWebapp) throws Exception {
    DrainableHandler drainable = new DrainableHandler(ordersWebapp);
    ContextHandlerCollection webapps = new ContextHandlerCollection();
    webapps.setHandlers(drainable, Webapps.receiver(traces), Webapps.zipkin(traces));
    server.setHandler(webapps);
    closing.add(drainable::drain);
    server.start();
  }

  /**
   * Starts a service, and returns when it takes orders.
   *
   * @param settings the settings
   * @return the running service
   * @throws CannotListenException if the host is not ours or the port is taken
   */
  public static OrderService start(ServiceSettings settings) throws CannotListenException {
    try {
      return new OrderService(settings);
    } catch (CannotListenException | RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException("the order service did not start", e);
    }
  }

  private static ServerConnector open(Server server, ServiceSettings settings)
      throws CannotListenException {
    HttpConfiguration configuration = new HttpConfiguration();
    configuration.setSendServerVersion(false);
    ServerConnector connector =
        new ServerConnector(server, new HttpConnectionFactory(configuration));
    connector.setHost(settings.host());
    connector.setPort(settings.port());
    server.addConnector(connector);
    try {
      connector.open();
    } catch (IOException | UnresolvedAddressException e) {
      throw new CannotListenException(settings.host(), settings.port(), e);
    }
    return connector;
  }

  private static URI uri(String host, int port) {
    boolean everywhere = host.equals("0.0.0.0") || host.equals("::");
    String reachable = everywhere ? "127.0.0.1" : host;
    return URI.create(
        "http://"
            + (reachable.contains(":") ? "[" + reachable + "]" : reachable)
            + ":"
            + port
            + "/");
  }

  /**
   * Returns where the service listens.
   *
   * @return the address of its start page, with a slash at the end
   */
  public URI uri() {
    return uri;
  }

  /**
   * Returns the orders.
   *
   * @return the store, which changes as orders come in
   */
  public OrderStore orders() {
    return orders;
  }

  /**
   * Returns the orders that are kept in the database.
   *
   * @return the orders, closed with the service
   */
  public DurableOrders durableOrders() {
    return durableOrders;
  }

  /**
   * Returns the spans that have arrived inside the process.
   *
   * @return the store, which stays empty if the spans go elsewhere
   */
  public TraceStore traces() {
    return traces;
  }

  /**
   * Returns the mail server inside the process.
   *
   * @return the server, or null if mail goes elsewhere
   */
  public @Nullable EmbeddedSmtp embeddedSmtp() {
    return embeddedSmtp;
  }

  /** Says where mail goes. */
  SmtpServer smtp() {
    return smtp;
  }

  /** Says where spans go. */
  Telemetry telemetry() {
    return telemetry;
  }

  @Override
  public void close() {
    closing.close();
  }
}
