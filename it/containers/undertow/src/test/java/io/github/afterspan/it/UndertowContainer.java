// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it;

import static java.util.Objects.requireNonNull;

import io.undertow.Undertow;
import io.undertow.UndertowOptions;
import io.undertow.servlet.Servlets;
import io.undertow.servlet.api.DeploymentInfo;
import io.undertow.servlet.api.DeploymentManager;
import io.undertow.servlet.api.ServletContainerInitializerInfo;
import io.undertow.servlet.util.ImmediateInstanceFactory;
import java.net.InetSocketAddress;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Undertow 2.3, with Servlet 6.0. */
public final class UndertowContainer implements Container {

  private @Nullable Undertow undertow;
  private @Nullable DeploymentManager deployment;

  @Override
  public int start(Application application) throws Exception {
    DeploymentInfo info =
        Servlets.deployment()
            .setClassLoader(UndertowContainer.class.getClassLoader())
            .setContextPath("/")
            .setDeploymentName("application")
            .addServletContainerInitializer(
                new ServletContainerInitializerInfo(
                    Application.class, new ImmediateInstanceFactory<>(application), Set.of()));
    application
        .errorPages()
        .forEach((status, path) -> info.addErrorPage(Servlets.errorPage(path, status)));
    DeploymentManager manager = Servlets.newContainer().addDeployment(info);
    manager.deploy();
    deployment = manager;
    Undertow started =
        Undertow.builder()
            .addHttpListener(0, "127.0.0.1")
            .setServerOption(UndertowOptions.ENABLE_HTTP2, true)
            .setHandler(manager.start())
            .build();
    started.start();
    undertow = started;
    return ((InetSocketAddress) started.getListenerInfo().get(0).getAddress()).getPort();
  }

  @Override
  public void undeploy() throws Exception {
    DeploymentManager deployed = requireNonNull(deployment, "deployment");
    deployment = null;
    deployed.stop();
    deployed.undeploy();
  }

  @Override
  public void close() throws Exception {
    if (deployment != null) {
      undeploy();
    }
    if (undertow != null) {
      undertow.stop();
    }
  }
}
