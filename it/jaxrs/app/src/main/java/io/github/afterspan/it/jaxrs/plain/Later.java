// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it.jaxrs.plain;

import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.container.AsyncResponse;
import jakarta.ws.rs.container.Suspended;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.sse.Sse;
import jakarta.ws.rs.sse.SseEventSink;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/** Every way to answer from another thread. */
@Path("later")
public class Later {

  @GET
  @Path("suspended")
  public void suspended(@Suspended AsyncResponse response) {
    CompletableFuture<Void> unused = CompletableFuture.runAsync(() -> response.resume("suspended"));
  }

  @GET
  @Path("at-once")
  public void atOnce(@Suspended AsyncResponse response) {
    response.resume("at once");
  }

  @GET
  @Path("failed")
  public void failed(@Suspended AsyncResponse response) {
    CompletableFuture<Void> unused =
        CompletableFuture.runAsync(
            () -> response.resume(new UnsupportedOperationException("failed later")));
  }

  @GET
  @Path("timed-out")
  public void timedOut(@Suspended AsyncResponse response) {
    response.setTimeoutHandler(
        late -> late.resume(Response.status(504).entity("too late").build()));
    response.setTimeout(50, TimeUnit.MILLISECONDS);
  }

  @GET
  @Path("cancelled")
  public void cancelled(@Suspended AsyncResponse response) {
    boolean unused = response.cancel(7);
  }

  @GET
  @Path("stage")
  public CompletionStage<String> stage() {
    return CompletableFuture.supplyAsync(() -> "stage");
  }

  @GET
  @Path("failed-stage")
  public CompletionStage<String> failedStage() {
    return CompletableFuture.failedFuture(new UnsupportedOperationException("failed stage"));
  }

  @GET
  @Path("events")
  @Produces(MediaType.SERVER_SENT_EVENTS)
  public void events(@Context SseEventSink sink, @Context Sse sse) throws IOException {
    sink.send(sse.newEvent("one")).toCompletableFuture().join();
    sink.send(sse.newEvent("name", "two")).toCompletableFuture().join();
    sink.close();
  }
}
