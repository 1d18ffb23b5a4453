// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.jaxrs;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.afterspan.BackgroundDispatcher;
import jakarta.inject.Singleton;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.core.Context;
import java.net.URI;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.glassfish.jersey.internal.MapPropertiesDelegate;
import org.glassfish.jersey.server.ApplicationHandler;
import org.glassfish.jersey.server.ContainerRequest;
import org.glassfish.jersey.server.ResourceConfig;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class JerseyInjectionTest {

  /** The request property in which a resource leaves what it was given. */
  private static final String INJECTED = "injected";

  private final RecordingDispatcher dispatcher = new RecordingDispatcher();

  @ParameterizedTest
  @ValueSource(strings = {"field", "constructor", "setter", "parameter"})
  void givesTheDispatcherItself_toResourceOfOneRequest(String point) throws Exception {
    ApplicationHandler application = application(PerRequest.class);

    assertThat(get(application, "/per-request/" + point, dispatcher)).isSameAs(dispatcher);
  }

  @Test
  void givesEachRequestItsOwnDispatcher_toSingleton() throws Exception {
    ApplicationHandler application = application(One.class);
    RecordingDispatcher second = new RecordingDispatcher();

    get(application, "/one", dispatcher);
    get(application, "/one", second);

    assertThat(dispatcher.names).containsExactly("fromSingleton");
    assertThat(second.names).containsExactly("fromSingleton");
  }

  @Test
  void givesTheDispatcherItself_whenSingletonsProxyIsUnwrapped() throws Exception {
    ApplicationHandler application = application(One.class);

    assertThat(get(application, "/one/unwrapped", dispatcher)).isSameAs(dispatcher);
  }

  @Test
  void refusesSingletonsProxy_onAnotherThread() {
    ApplicationHandler application = application(One.class);

    assertThatThrownBy(() -> get(application, "/one/elsewhere", dispatcher))
        .hasRootCauseInstanceOf(IllegalStateException.class)
        .rootCause()
        .hasMessage("Not inside a request scope.");
  }

  @Test
  void dispatches_fromFilter() throws Exception {
    ApplicationHandler application = application(PerRequest.class, DispatchingFilter.class);

    get(application, "/per-request/field", dispatcher);

    assertThat(dispatcher.names).containsExactly("fromFilter");
  }

  @Test
  void answers_whenFilterDidNotRunAndNothingIsDispatched() throws Exception {
    ApplicationHandler application = application(PerRequest.class);

    assertThat(get(application, "/per-request/field", null))
        .isInstanceOf(BackgroundDispatcher.class);
  }

  @Test
  void saysWhatToMap_whenFilterDidNotRunAndTaskIsDispatched() {
    ApplicationHandler application = application(One.class);

    assertThatThrownBy(() -> get(application, "/one", null))
        .hasRootCauseInstanceOf(IllegalStateException.class)
        .rootCause()
        .hasMessage(
            "no BackgroundDispatcher: BackgroundDispatchFilter did not run for this GET request"
                + " below /api/; map the filter to /* with async-supported, before the JAX-RS"
                + " servlet or filter, and add the dispatcher types FORWARD and ERROR where"
                + " forwarded requests or error pages dispatch");
  }

  @Test
  void isFound_whenApplicationRegistersNothing() throws Exception {
    ApplicationHandler application = new ApplicationHandler(new ResourceConfig(PerRequest.class));

    assertThat(get(application, "/per-request/parameter", dispatcher)).isSameAs(dispatcher);
  }

  private static ApplicationHandler application(Class<?>... components) {
    return new ApplicationHandler(
        new ResourceConfig(components).register(BackgroundDispatchFeature.class));
  }

  private static @Nullable Object get(
      ApplicationHandler application, String path, @Nullable BackgroundDispatcher dispatcher)
      throws InterruptedException, ExecutionException {
    ContainerRequest request =
        new ContainerRequest(
            URI.create("http://localhost/api/"),
            URI.create("http://localhost/api" + path),
            "GET",
            null,
            new MapPropertiesDelegate(),
            application.getConfiguration());
    if (dispatcher != null) {
      request.setProperty(BackgroundDispatcher.class.getName(), dispatcher);
    }
    assertThat(application.apply(request).get().getStatus()).isEqualTo(204);
    return request.getProperty(INJECTED);
  }

  /** Leaves what was injected in the request. */
  @Path("per-request")
  public static final class PerRequest {

    private final BackgroundDispatcher ofConstructor;
    private @Nullable BackgroundDispatcher ofSetter;
    @Context private @Nullable BackgroundDispatcher ofField;

    public PerRequest(@Context BackgroundDispatcher dispatcher) {
      ofConstructor = dispatcher;
    }

    @Context
    public void setDispatcher(BackgroundDispatcher dispatcher) {
      ofSetter = dispatcher;
    }

    @GET
    @Path("field")
    public void field(@Context ContainerRequestContext request) {
      request.setProperty(INJECTED, ofField);
    }

    @GET
    @Path("constructor")
    public void constructor(@Context ContainerRequestContext request) {
      request.setProperty(INJECTED, ofConstructor);
    }

    @GET
    @Path("setter")
    public void setter(@Context ContainerRequestContext request) {
      request.setProperty(INJECTED, ofSetter);
    }

    @GET
    @Path("parameter")
    public void parameter(
        @Context ContainerRequestContext request, @Context BackgroundDispatcher dispatcher) {
      request.setProperty(INJECTED, dispatcher);
    }
  }

  /** One instance for all requests. */
  @Singleton
  @Path("one")
  public static final class One {

    private final BackgroundDispatcher background;

    public One(@Context BackgroundDispatcher background) {
      this.background = background;
    }

    @GET
    public void dispatch() {
      background.dispatch("fromSingleton", () -> {});
    }

    @GET
    @Path("unwrapped")
    public void unwrapped(@Context ContainerRequestContext request) {
      request.setProperty(INJECTED, background.unwrap());
    }

    @GET
    @Path("elsewhere")
    public void elsewhere() throws Exception {
      CompletableFuture.runAsync(() -> background.dispatch("elsewhere", () -> {})).get(10, SECONDS);
    }
  }

  /** Dispatches for every request. */
  public static final class DispatchingFilter implements ContainerRequestFilter {

    @Context private @Nullable BackgroundDispatcher background;

    @Override
    public void filter(ContainerRequestContext request) {
      assertThat(background).isNotNull();
      background.dispatch("fromFilter", () -> {});
    }
  }
}
