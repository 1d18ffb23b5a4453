// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it.jaxrs;

import java.nio.file.Path;
import java.util.Map;
import org.eclipse.jetty.ee11.annotations.AnnotationConfiguration;
import org.eclipse.jetty.ee11.webapp.MetaInfConfiguration;
import org.eclipse.jetty.ee11.webapp.WebAppContext;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.ContextHandlerCollection;

/** Jetty 12.1 with Servlet 6.1. */
final class JettyServer implements WebServer {

  private final Server server = new Server();

  @Override
  public int start(Map<String, Path> applications) throws Exception {
    ServerConnector connector = new ServerConnector(server);
    connector.setHost("127.0.0.1");
    server.addConnector(connector);
    ContextHandlerCollection contexts = new ContextHandlerCollection();
    applications.forEach(
        (path, folder) -> {
          WebAppContext context = new WebAppContext(folder.toString(), path);
          context.addConfiguration(new AnnotationConfiguration());
          // Of annotations we only use ours and Jersey's; looking for them in every jar takes time.
          context.setAttribute(
              MetaInfConfiguration.WEBINF_JAR_PATTERN, ".*/(afterspan|jersey)[^/]*");
          context.setThrowUnavailableOnStartupException(true);
          contexts.addHandler(context);
        });
    server.setHandler(contexts);
    server.start();
    return connector.getLocalPort();
  }

  @Override
  public void close() throws Exception {
    server.stop();
  }
}
