// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it.jaxrs.app;

import static java.util.concurrent.TimeUnit.SECONDS;

import io.github.afterspan.BackgroundDispatcher;
import io.github.afterspan.DispatchRejectedException;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.container.AsyncResponse;
import jakarta.ws.rs.container.Suspended;
import jakarta.ws.rs.core.Context;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;

/** Dispatches until there is no room. */
@Path("rejecting")
public class Rejecting {

  @GET
  @Path("sync")
  public String sync(@Context BackgroundDispatcher background) {
    throw rejection(background);
  }

  @GET
  @Path("suspended")
  public void suspended(
      @Suspended AsyncResponse response, @Context BackgroundDispatcher background) {
    BackgroundDispatcher unwrapped = background.unwrap();
    CompletableFuture<Void> unused =
        CompletableFuture.runAsync(() -> response.resume(rejection(unwrapped)));
  }

  @GET
  @Path("completion-stage")
  public CompletionStage<String> completionStage(@Context BackgroundDispatcher background) {
    return CompletableFuture.failedFuture(rejection(background));
  }

  /** As {@link CompletableFuture} itself wraps what its stages throw. */
  @GET
  @Path("wrapped-in-completion-stage")
  public CompletionStage<String> wrapped(@Context BackgroundDispatcher background) {
    return CompletableFuture.failedFuture(new CompletionException(rejection(background)));
  }

  private static DispatchRejectedException rejection(BackgroundDispatcher background) {
    CountDownLatch release = new CountDownLatch(1);
    try {
      while (true) {
        background.dispatch("filler", () -> release.await(10, SECONDS));
      }
    } catch (DispatchRejectedException e) {
      return e;
    } finally {
      release.countDown();
    }
  }
}
