// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it.jaxrs.app;

import io.github.afterspan.BackgroundDispatcher;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;

/** A record: its annotation is on the final field, too. */
@Path("record")
public record RecordResource(@Context BackgroundDispatcher background) {

  @GET
  public String here() {
    return Attempt.here(background);
  }
}
