// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.example.orders;

import io.github.afterspan.BackgroundDispatcher;
import io.github.afterspan.DispatchRejectedException;
import io.github.afterspan.TaskOptions;
import io.github.afterspan.durable.DurableDispatcher;
import io.github.afterspan.example.http.Problem;
import io.github.afterspan.example.http.ProblemException;
import io.github.afterspan.example.orders.Order.Confirmation;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The orders: answers at once, and sends the confirmation mail behind the response. */
@Path("orders")
@Produces(MediaType.APPLICATION_JSON)
public final class OrderResource {

  private static final TaskOptions CONFIRMATION =
      TaskOptions.named("sendConfirmationEmail").timeout(Duration.ofSeconds(10));

  private static final Logger LOG = LoggerFactory.getLogger(OrderResource.class);

  private final OrderStore orders;
  private final DurableOrders durableOrders;
  private final ConfirmationMail mail;
  private final PlainExecutor plainExecutor;

  /**
   * Made by Jersey, for each request.
   *
   * @param orders keeps the orders
   * @param durableOrders keeps those that are to outlive the process
   * @param mail confirms them
   * @param plainExecutor does it as people do it without us
   */
  @Inject
  public OrderResource(
      OrderStore orders,
      DurableOrders durableOrders,
      ConfirmationMail mail,
      PlainExecutor plainExecutor) {
    this.orders = orders;
    this.durableOrders = durableOrders;
    this.mail = mail;
    this.plainExecutor = plainExecutor;
  }

  /**
   * Places an order.
   *
   * @param request what the client asks for
   * @param naive {@code true} to do it without us
   * @param durable {@code true} to store the order with a job that sends its mail
   * @param background runs the mail behind the response
   * @param jobs stores such jobs
   * @param uri where this is
   * @return 201 with the order
   * @throws SQLException if the database did not take a durable order; then there is none, nor a
   *     mail
   */
  @POST
  @Consumes(MediaType.APPLICATION_JSON)
  public Response place(
      @Nullable NewOrder request,
      @QueryParam("naive") @Nullable String naive,
      @QueryParam("durable") @Nullable String durable,
      @Context BackgroundDispatcher background,
      @Context DurableDispatcher jobs,
      @Context UriInfo uri)
      throws SQLException {
    Span.current().updateName("handleOrder");
    boolean withoutUs = isTrue("naive", naive);
    boolean inDatabase = isTrue("durable", durable);
    if (withoutUs && inDatabase) {
      throw new ProblemException(
          Problem.invalid(
              List.of(new Problem.Violation("durable", "must not be true beside naive=true"))));
    }
    Order order = accept(request);
    Span.current().setAttribute("order.id", order.id());
    if (inDatabase) {
      durableOrders.place(order, jobs); // the order and its mail, or neither
    } else {
      orders.add(order);
      if (withoutUs) {
        confirmNaively(order);
      } else {
        order = confirm(order, background);
      }
    }
    return Response.created(uri.getAbsolutePathBuilder().path(order.id()).build())
        .entity(order)
        .build();
  }

  /** Dispatches the mail. If that is refused, the order stays and says so. */
  private Order confirm(Order order, BackgroundDispatcher background) {
    try {
      background.dispatch(CONFIRMATION, () -> mail.send(order));
      return order;
    } catch (DispatchRejectedException e) {
      LOG.warn("order {} gets no confirmation mail: {}", order.id(), e.getMessage());
      return orders.confirmation(order.id(), Confirmation.REFUSED);
    }
  }

  private void confirmNaively(Order order) {
    plainExecutor.execute(
        "sendConfirmationEmail",
        () -> {
          mail.send(order);
          return null;
        });
  }

  /**
   * Sends the confirmation once more, and answers when it is known how that went; no thread waits
   * for it meanwhile. A refused dispatch is answered with 503 by Afterspan's exception mapper.
   *
   * @param id the order's id
   * @param background runs the mail
   * @return 200 with the order, or a problem: 502 if the mail could not be sent
   * @throws ProblemException 404 if there is no such order in memory
   */
  @POST
  @Path("{id}/confirmation")
  public CompletionStage<Response> confirmAgain(
      @PathParam("id") String id, @Context BackgroundDispatcher background) {
    Span.current().updateName("confirmAgain");
    Order order = orders.find(id).orElseThrow(OrderResource::noSuchOrder);
    return background
        .dispatch(CONFIRMATION, () -> mail.send(order))
        .completion()
        .handle(
            (sent, failure) ->
                failure == null ? Response.ok(orders.find(id).orElseThrow()).build() : notSent());
  }

  private static Response notSent() {
    return Problem.of(502, "the mail could not be sent; its span says why").toResponse();
  }

  /**
   * Returns an order as it is now.
   *
   * @param id its id
   * @return the order
   * @throws SQLException if it may be in the database, which does not answer
   */
  @GET
  @Path("{id}")
  public Order get(@PathParam("id") String id) throws SQLException {
    Span.current().updateName("getOrder");
    Optional<Order> found = orders.find(id);
    return (found.isPresent() ? found : durableOrders.find(id))
        .orElseThrow(OrderResource::noSuchOrder);
  }

  private static ProblemException noSuchOrder() {
    return new ProblemException(Problem.of(404, "there is no such order"));
  }

  private static Order accept(@Nullable NewOrder request) {
    if (request == null) {
      throw new ProblemException(Problem.badRequest("the body must be a JSON object, was empty"));
    }
    List<Problem.Violation> violations = request.violations();
    if (!violations.isEmpty()) {
      throw new ProblemException(Problem.invalid(violations));
    }
    SpanContext span = Span.current().getSpanContext();
    return request.toOrder(
        UUID.randomUUID().toString(), Instant.now(), span.isValid() ? span.getTraceId() : null);
  }

  private static boolean isTrue(String parameter, @Nullable String value) {
    if (value == null || value.equals("false")) {
      return false;
    }
    if (value.equals("true")) {
      return true;
    }
    throw new ProblemException(
        Problem.invalid(List.of(new Problem.Violation(parameter, "must be true or false"))));
  }
}
