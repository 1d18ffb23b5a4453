// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it;

import io.github.afterspan.it.contract.WarContract;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.catalina.Context;
import org.apache.catalina.Host;
import org.apache.catalina.LifecycleState;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.startup.Tomcat;

/** Real web applications on Tomcat. */
class TomcatWarIT extends WarContract {

  @Override
  protected WarContainer newContainer() {
    return new Wars();
  }

  @Override
  protected boolean looksForLeaks() {
    return true;
  }

  private static final class Wars implements WarContainer {
    private final Tomcat tomcat = new Tomcat();

    @Override
    public int start() throws Exception {
      Path base = Files.createTempDirectory(Path.of("target"), "tomcat").toAbsolutePath();
      Files.createDirectory(base.resolve("webapps"));
      tomcat.setBaseDir(base.toString());
      tomcat.setAddDefaultWebXmlToWebapp(false);
      tomcat.getEngine().setBackgroundProcessorDelay(-1); // would be seen in the application
      Connector connector = new Connector();
      connector.setPort(0);
      connector.setProperty("address", "127.0.0.1");
      tomcat.setConnector(connector);
      tomcat.getHost();
      tomcat.start();
      return connector.getLocalPort();
    }

    @Override
    public ClassLoader deploy(String contextPath, Path war) {
      Context context = tomcat.addWebapp(contextPath, war.toString());
      if (context.getState() != LifecycleState.STARTED) {
        throw new IllegalStateException("the application did not start");
      }
      return context.getLoader().getClassLoader();
    }

    @Override
    public void undeploy(String contextPath) {
      Host host = tomcat.getHost();
      host.removeChild(host.findChild(contextPath));
      delete(Path.of(tomcat.getServer().getCatalinaBase() + "/webapps" + contextPath));
    }

    @Override
    public void close() throws Exception {
      tomcat.stop();
      tomcat.destroy();
    }

    private static void delete(Path unpacked) {
      try (var files = Files.walk(unpacked)) {
        for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
