// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it;

import io.github.afterspan.it.contract.WarContract;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.eclipse.jetty.ee11.webapp.WebAppContext;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.ContextHandlerCollection;

/** Real web applications on Jetty with Servlet 6.1. */
class JettyEe11WarIT extends WarContract {

  @Override
  protected WarContainer newContainer() {
    return new Wars();
  }

  @Override
  protected boolean looksForLeaks() {
    return false;
  }

  private static final class Wars implements WarContainer {
    private final Server server = new Server();
    private final ContextHandlerCollection contexts = new ContextHandlerCollection();
    private final Map<String, WebAppContext> deployed = new HashMap<>();

    @Override
    public int start() throws Exception {
      ServerConnector connector = new ServerConnector(server);
      connector.setHost("127.0.0.1");
      server.addConnector(connector);
      server.setHandler(contexts);
      server.start();
      return connector.getLocalPort();
    }

    @Override
    public ClassLoader deploy(String contextPath, Path war) throws Exception {
      WebAppContext webapp = new WebAppContext();
      webapp.setContextPath(contextPath);
      webapp.setWar(war.toString());
      webapp.setThrowUnavailableOnStartupException(true);
      contexts.addHandler(webapp);
      webapp.start();
      deployed.put(contextPath, webapp);
      return webapp.getClassLoader();
    }

    @Override
    public void undeploy(String contextPath) throws Exception {
      WebAppContext webapp = deployed.remove(contextPath);
      webapp.stop();
      contexts.removeHandler(webapp);
      webapp.destroy();
    }

    @Override
    public void close() throws Exception {
      server.stop();
    }
  }
}
