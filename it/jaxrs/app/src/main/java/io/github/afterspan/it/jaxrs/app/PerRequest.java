// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it.jaxrs.app;

import io.github.afterspan.BackgroundDispatcher;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.Context;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Made for each request. */
@Path("per-request/{point}")
public class PerRequest {

  /** What earlier requests were given, by where. */
  private static final Map<String, BackgroundDispatcher> KEPT = new ConcurrentHashMap<>();

  private final BackgroundDispatcher ofConstructor;
  private @Nullable BackgroundDispatcher ofSetter;
  @Context @Nullable BackgroundDispatcher ofField;

  public PerRequest(@Context BackgroundDispatcher dispatcher) {
    ofConstructor = dispatcher;
  }

  @Context
  public void setDispatcher(BackgroundDispatcher dispatcher) {
    ofSetter = dispatcher;
  }

  /** Parameters in an object of their own. */
  public static class Bean {
    @Context @Nullable BackgroundDispatcher ofBeanField;
  }

  @GET
  @Path("here")
  public String here(
      @PathParam("point") String point,
      @Context BackgroundDispatcher ofParameter,
      @BeanParam Bean bean) {
    return Attempt.here(injected(point, ofParameter, bean));
  }

  @GET
  @Path("elsewhere")
  public String elsewhere(
      @PathParam("point") String point,
      @Context BackgroundDispatcher ofParameter,
      @BeanParam Bean bean) {
    return Attempt.elsewhere(injected(point, ofParameter, bean));
  }

  @GET
  @Path("unwrapped")
  public String unwrapped(
      @PathParam("point") String point,
      @Context BackgroundDispatcher ofParameter,
      @BeanParam Bean bean) {
    return Attempt.unwrapped(injected(point, ofParameter, bean));
  }

  @GET
  @Path("keep")
  public String keep(
      @PathParam("point") String point,
      @Context BackgroundDispatcher ofParameter,
      @BeanParam Bean bean) {
    return keep(point, injected(point, ofParameter, bean));
  }

  @GET
  @Path("keep-unwrapped")
  public String keepUnwrapped(
      @PathParam("point") String point,
      @Context BackgroundDispatcher ofParameter,
      @BeanParam Bean bean) {
    BackgroundDispatcher injected = injected(point, ofParameter, bean);
    return keep(point, injected == null ? null : injected.unwrap());
  }

  /** Uses what an earlier request kept, after that one was answered. */
  @GET
  @Path("{kept: kept(-unwrapped)?}")
  public String useKept(@PathParam("point") String point) {
    return Attempt.elsewhere(KEPT.remove(point));
  }

  private static String keep(String point, @Nullable BackgroundDispatcher injected) {
    if (injected == null) {
      return "null";
    }
    KEPT.put(point, injected);
    return "kept";
  }

  private @Nullable BackgroundDispatcher injected(
      String point, BackgroundDispatcher ofParameter, Bean bean) {
    return switch (point) {
      case "field" -> ofField;
      case "constructor" -> ofConstructor;
      case "setter" -> ofSetter;
      case "parameter" -> ofParameter;
      case "bean-param" -> bean.ofBeanField;
      default -> throw new IllegalArgumentException(point);
    };
  }
}
