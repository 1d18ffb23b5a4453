// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.example;

import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.handler.GracefulHandler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes one web application down while the server stays up: refuses new requests with 503, lets the
 * ones under way finish, and stops it, which drains its background work. The spans of all that can
 * still reach a receiver on the same server.
 */
final class DrainableHandler extends GracefulHandler {

  private static final Logger LOG = LoggerFactory.getLogger(DrainableHandler.class);

  /** How long requests under way may take to finish. */
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  DrainableHandler(Handler webapp) {
    super(webapp);
  }

  void drain() throws Exception {
    try {
      shutdown().get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException | ExecutionException e) {
      LOG.warn("requests are still under way after {}", PATIENCE, e);
    }
    getHandler().stop();
  }
}
