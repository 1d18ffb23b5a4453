// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it.jaxrs.app;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.afterspan.BackgroundDispatcher;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.container.AsyncResponse;
import jakarta.ws.rs.container.Suspended;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.StreamingOutput;
import jakarta.ws.rs.sse.Sse;
import jakarta.ws.rs.sse.SseEventSink;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Dispatches wherever the many kinds of resource methods run. */
@Path("handling")
public class Handling {

  @Context @Nullable BackgroundDispatcher ofField;

  @GET
  @Path("suspended/{point}")
  public void suspended(
      @Suspended AsyncResponse response,
      @PathParam("point") String point,
      @Context BackgroundDispatcher ofParameter) {
    BackgroundDispatcher injected = injected(point, ofParameter);
    CompletableFuture<Void> unused =
        CompletableFuture.runAsync(() -> response.resume(Attempt.here(injected)));
  }

  @GET
  @Path("completion-stage/{point}")
  public CompletionStage<String> completionStage(
      @PathParam("point") String point, @Context BackgroundDispatcher ofParameter) {
    BackgroundDispatcher injected = injected(point, ofParameter);
    return CompletableFuture.supplyAsync(() -> Attempt.here(injected));
  }

  @GET
  @Path("sse/{point}")
  @Produces(MediaType.SERVER_SENT_EVENTS)
  public void sse(
      @Context SseEventSink sink,
      @Context Sse sse,
      @Context HttpServletRequest request,
      @PathParam("point") String point,
      @Context BackgroundDispatcher ofParameter) {
    BackgroundDispatcher injected = injected(point, ofParameter);
    // RESTEasy on Tomcat may hang, with us and without, when an event is sent before that.
    CompletableFuture<?> returned =
        (CompletableFuture<?>) request.getAttribute(RequestSpanFilter.RETURNED);
    // CXF's close waits up to 5 s for the thread that sends: so it is called on another one.
    CompletableFuture<Void> unused =
        returned.thenRunAsync(
            () ->
                sink.send(sse.newEvent(Attempt.here(injected)))
                    .whenCompleteAsync((sent, failure) -> close(sink)));
  }

  @GET
  @Path("streaming/{point}")
  public StreamingOutput streaming(
      @PathParam("point") String point, @Context BackgroundDispatcher ofParameter) {
    BackgroundDispatcher injected = injected(point, ofParameter);
    return output -> output.write(Attempt.here(injected).getBytes(UTF_8));
  }

  static void close(SseEventSink sink) {
    try {
      sink.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private @Nullable BackgroundDispatcher injected(String point, BackgroundDispatcher ofParameter) {
    return switch (point) {
      case "field" -> ofField;
      case "parameter" -> ofParameter;
      case "unwrapped-field" -> ofField == null ? null : ofField.unwrap();
      case "unwrapped-parameter" -> ofParameter.unwrap();
      default -> throw new IllegalArgumentException(point);
    };
  }
}
