// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it.jaxrs.app;

import io.github.afterspan.BackgroundDispatcher;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.container.ResourceContext;
import jakarta.ws.rs.core.Context;
import org.jspecify.annotations.Nullable;

/** Every way to a sub-resource. */
@Path("sub-resource")
public class SubResources {

  @Context @Nullable ResourceContext resources;

  /** A sub-resource with every injection point but the constructor. */
  public static class Sub {

    @Context @Nullable BackgroundDispatcher ofField;

    @GET
    @Path("field/here")
    public String here() {
      return Attempt.here(ofField);
    }

    @GET
    @Path("field/elsewhere")
    public String elsewhere() {
      return Attempt.elsewhere(ofField);
    }

    @GET
    @Path("field/unwrapped")
    public String unwrapped() {
      return Attempt.unwrapped(ofField);
    }

    @GET
    @Path("parameter/here")
    public String parameter(@Context BackgroundDispatcher ofParameter) {
      return Attempt.here(ofParameter);
    }

    @GET
    @Path("parameter/elsewhere")
    public String parameterElsewhere(@Context BackgroundDispatcher ofParameter) {
      return Attempt.elsewhere(ofParameter);
    }
  }

  /** A sub-resource that is given the dispatcher by who makes it. */
  public static class Given {

    private final BackgroundDispatcher dispatcher;

    Given(BackgroundDispatcher dispatcher) {
      this.dispatcher = dispatcher;
    }

    @GET
    public String here() {
      return Attempt.here(dispatcher);
    }
  }

  /** Of a class of its own: CXF remembers of a class how it was first returned. */
  public static class ByClass extends Sub {}

  /** As {@link ByClass}. */
  public static class Got extends Sub {}

  /** As {@link ByClass}. */
  public static class Initialised extends Sub {}

  /** As {@link ByClass}. */
  public static class Made extends Sub {}

  @Path("class")
  public Class<ByClass> byClass() {
    return ByClass.class;
  }

  @Path("got")
  public @Nullable Got got() {
    return resources == null ? null : resources.getResource(Got.class);
  }

  @Path("initialised")
  public @Nullable Initialised initialised() {
    return resources == null ? null : resources.initResource(new Initialised());
  }

  @Path("new")
  public Made made() {
    return new Made();
  }

  @Path("given")
  public Given given(@Context BackgroundDispatcher dispatcher) {
    return new Given(dispatcher);
  }
}
