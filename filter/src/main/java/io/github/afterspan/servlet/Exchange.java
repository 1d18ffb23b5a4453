// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.servlet;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletResponse;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One request and its response, from the first time the filter sees it until the container has it
 * back: the outermost pass through the filter ended without asynchronous processing, or
 * asynchronous processing completed. Which of the two comes last differs by container, so both lead
 * to {@link #end}, and only the first call counts.
 *
 * <p>Used by one container thread at a time, except {@link #end}, which may be called by two at
 * once.
 */
final class Exchange implements AsyncListener {

  /** The request attribute that holds the exchange; the first filter on the way puts it there. */
  static final String ATTRIBUTE = Exchange.class.getName();

  private static final int FIRST_UNSUCCESSFUL_STATUS = 400;

  private final CompletableFuture<Boolean> response = new CompletableFuture<>();

  /**
   * Completes at the end as this class sees it; the response itself, unless awaiting the last byte.
   */
  private final CompletableFuture<Boolean> handedBack;

  private int depth;
  private boolean listening;
  private volatile @Nullable Throwable failure;

  private Exchange(boolean awaitsLastByte) {
    handedBack = awaitsLastByte ? new CompletableFuture<>() : response;
  }

  /** An exchange that is over when the container has it back. */
  static Exchange untilHandedBack() {
    return new Exchange(false);
  }

  /**
   * An exchange that is over when its last byte has gone, where the container tells; else as above.
   */
  static Exchange untilLastByte(ServletRequest request) {
    Exchange exchange = new Exchange(true);
    return LastByte.whenGone(request, exchange::lastByteGone) ? exchange : untilHandedBack();
  }

  /** Completes when the exchange is over, with whether its response was successful. */
  CompletableFuture<Boolean> response() {
    return response;
  }

  /** The filter is passed; false if that happens within another pass, in a forward for one. */
  boolean enter() {
    return ++depth == 1;
  }

  void failed(Throwable thrown) {
    failure = thrown;
  }

  /** The filter is left. Must be called once for each {@link #enter()}. */
  void leave(ServletRequest request, ServletResponse servletResponse) {
    depth--;
    if (depth > 0) {
      return;
    }
    if (!request.isAsyncStarted()) {
      end(servletResponse);
      return;
    }
    try {
      if (!listening) {
        request.getAsyncContext().addListener(this, request, servletResponse);
        listening = true;
      }
    } catch (IllegalStateException e) { // completed by another thread since we asked
      end(servletResponse);
      return;
    }
    if (!request.isAsyncStarted()) { // completed before the listener was there
      end(servletResponse);
    }
  }

  private void end(@Nullable ServletResponse servletResponse) {
    Throwable thrown = failure;
    if (thrown != null) {
      handedBack.completeExceptionally(thrown);
    } else {
      handedBack.complete(
          servletResponse instanceof HttpServletResponse http
              && http.getStatus() < FIRST_UNSUCCESSFUL_STATUS);
    }
  }

  /**
   * Called by the container; while the handler runs, if that closes the stream and the container
   * sends at once, or if the client went away. Whether the response succeeded is for {@link #end}.
   */
  private void lastByteGone() {
    CompletableFuture<Boolean> unused =
        handedBack.whenComplete(
            (successful, thrown) -> {
              if (thrown != null) {
                response.completeExceptionally(thrown);
              } else {
                response.complete(successful);
              }
            });
  }

  @Override
  public void onComplete(AsyncEvent event) {
    end(event.getSuppliedResponse());
  }

  @Override
  public void onTimeout(AsyncEvent event) {
    // Followed by onComplete, which decides.
  }

  @Override
  public void onError(AsyncEvent event) {
    Throwable thrown = event.getThrowable();
    if (thrown != null) {
      failed(thrown);
    }
  }

  /** The container forgets its listeners when asynchronous processing starts again. */
  @Override
  public void onStartAsync(AsyncEvent event) {
    AsyncContext context = event.getAsyncContext();
    context.addListener(this, event.getSuppliedRequest(), event.getSuppliedResponse());
  }
}
