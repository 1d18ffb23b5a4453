// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.example.orders;

import io.github.afterspan.example.mail.Mailer;
import io.github.afterspan.example.orders.Order.Confirmation;
import io.opentelemetry.api.trace.Span;
import jakarta.mail.MessagingException;

/**
 * The confirmation mail of an order. Takes as long as the mail server does; call it where that
 * hurts nobody. Safe for use by several threads.
 */
public final class ConfirmationMail {

  private final Mailer mailer;
  private final OrderStore orders;

  /**
   * Makes one.
   *
   * @param mailer sends it
   * @param orders keep what became of it
   */
  public ConfirmationMail(Mailer mailer, OrderStore orders) {
    this.mailer = mailer;
    this.orders = orders;
  }

  /**
   * Sends the mail, and notes in the order what became of it.
   *
   * @param order the order to confirm
   * @throws MessagingException if the mail server refuses it or cannot be reached
   */
  void send(Order order) throws MessagingException {
    Span.current().setAttribute("order.id", order.id());
    Confirmation outcome = Confirmation.FAILED;
    try {
      send(mailer, order);
      outcome = Confirmation.SENT;
    } finally {
      orders.confirmation(order.id(), outcome);
    }
  }

  static void send(Mailer mailer, Order order) throws MessagingException {
    mailer.send(order.email(), "Your order " + order.id(), text(order));
  }

  private static String text(Order order) {
    return "Thank you for your order of " + order.quantity() + " x " + order.item() + ".\n";
  }
}
