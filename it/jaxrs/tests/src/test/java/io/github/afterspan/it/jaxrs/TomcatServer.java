// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it.jaxrs;

import java.nio.file.Path;
import java.util.Map;
import org.apache.catalina.Context;
import org.apache.catalina.LifecycleState;
import org.apache.catalina.startup.Tomcat;
import org.apache.tomcat.util.scan.StandardJarScanFilter;
import org.apache.tomcat.util.scan.StandardJarScanner;

/** Tomcat 11. */
final class TomcatServer implements WebServer {

  private final Tomcat tomcat = new Tomcat();

  TomcatServer(Path work) {
    tomcat.setBaseDir(work.toString());
  }

  @Override
  public int start(Map<String, Path> applications) throws Exception {
    tomcat.setPort(0);
    tomcat.setHostname("localhost");
    tomcat.getConnector().setProperty("address", "127.0.0.1");
    applications.forEach(
        (path, folder) -> {
          Context context = tomcat.addWebapp(path, folder.toAbsolutePath().toString());
          // The jars of the test itself are not part of the application. Of annotations we only use
          // ours and Jersey's; looking for them in every jar takes time.
          StandardJarScanner scanner = (StandardJarScanner) context.getJarScanner();
          scanner.setScanClassPath(false);
          StandardJarScanFilter scanned = (StandardJarScanFilter) scanner.getJarScanFilter();
          scanned.setTldSkip("*");
          scanned.setPluggabilitySkip("*");
          scanned.setPluggabilityScan("afterspan*,jersey*");
        });
    tomcat.start();
    for (org.apache.catalina.Container context : tomcat.getHost().findChildren()) {
      if (context.getState() != LifecycleState.STARTED) {
        throw new IllegalStateException(context.getName() + " did not start; see the log");
      }
    }
    return tomcat.getConnector().getLocalPort();
  }

  @Override
  public void close() throws Exception {
    tomcat.stop();
    tomcat.destroy();
  }
}
