// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it.jaxrs.app;

import io.github.afterspan.BackgroundDispatcher;
import io.github.afterspan.DispatchedTask;
import io.github.afterspan.StartMode;
import io.github.afterspan.TaskOptions;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.container.AsyncResponse;
import jakarta.ws.rs.container.Suspended;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.sse.Sse;
import jakarta.ws.rs.sse.SseEventSink;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Dispatches tasks that await the response, and answers from another thread, with the state that
 * its task is in when a later one that does not wait is over.
 */
@Path("deferred")
public class Deferred {

  /** The span of the task that waits. */
  public static final String TASK = "deferred";

  private static final TaskOptions AFTER_RESPONSE =
      TaskOptions.named(TASK).startMode(StartMode.AFTER_RESPONSE);

  @GET
  @Path("suspended")
  public void suspended(
      @Suspended AsyncResponse response,
      @Context HttpServletRequest request,
      @Context BackgroundDispatcher background) {
    CompletableFuture<Void> unused = stateBehind(request, background).thenAccept(response::resume);
  }

  @GET
  @Path("completion-stage")
  public CompletionStage<String> completionStage(
      @Context HttpServletRequest request, @Context BackgroundDispatcher background) {
    return stateBehind(request, background);
  }

  @GET
  @Path("sse")
  @Produces(MediaType.SERVER_SENT_EVENTS)
  public void sse(
      @Context SseEventSink sink,
      @Context Sse sse,
      @Context HttpServletRequest request,
      @Context BackgroundDispatcher background) {
    CompletableFuture<Void> unused =
        stateBehind(request, background)
            .thenCompose(state -> sink.send(sse.newEvent(state)))
            .thenAccept(sent -> Handling.close(sink));
  }

  private static CompletableFuture<String> stateBehind(
      HttpServletRequest request, BackgroundDispatcher injected) {
    BackgroundDispatcher background = injected.unwrap();
    DispatchedTask waiting = background.dispatch(AFTER_RESPONSE, () -> {});
    CompletableFuture<?> returned =
        (CompletableFuture<?>) request.getAttribute(RequestSpanFilter.RETURNED);
    return returned
        .thenComposeAsync(nothing -> background.dispatch("overtaking", () -> {}).completion())
        .thenApply(nothing -> waiting.state().name());
  }
}
