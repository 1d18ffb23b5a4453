// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it;

import io.github.afterspan.tomcat.LastByteValve;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.apache.catalina.Context;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.LifecycleState;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.startup.Tomcat;
import org.apache.coyote.http2.Http2Protocol;
import org.apache.tomcat.util.descriptor.web.ErrorPage;

/** Tomcat, in the version of the module. */
public final class TomcatContainer implements Container {

  private final Tomcat tomcat = new Tomcat();
  private final boolean tellsOfLastByte;

  /** With our valve. */
  public TomcatContainer() {
    this(true);
  }

  TomcatContainer(boolean tellsOfLastByte) {
    this.tellsOfLastByte = tellsOfLastByte;
  }

  @Override
  public int start(Application application) throws Exception {
    Path base = Files.createTempDirectory(Path.of("target"), "tomcat").toAbsolutePath();
    tomcat.setBaseDir(base.toString());
    Connector connector = new Connector();
    connector.setPort(0);
    connector.setProperty("address", "127.0.0.1");
    connector.addUpgradeProtocol(new Http2Protocol());
    tomcat.setConnector(connector);
    Context context = tomcat.addContext("", base.toString());
    application.errorPages().forEach((status, path) -> context.addErrorPage(page(status, path)));
    if (tellsOfLastByte) {
      context.getPipeline().addValve(new LastByteValve());
    }
    context.addServletContainerInitializer(application, Set.of());
    tomcat.start();
    if (context.getState() != LifecycleState.STARTED) {
      throw new IllegalStateException("the application did not start");
    }
    return connector.getLocalPort();
  }

  @Override
  public void stopAtShutdown() {
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  try {
                    tomcat.stop();
                  } catch (LifecycleException e) {
                    e.printStackTrace();
                  }
                }));
  }

  @Override
  public void undeploy() {
    tomcat.getHost().removeChild(tomcat.getHost().findChildren()[0]);
  }

  @Override
  public void close() throws Exception {
    tomcat.stop();
    tomcat.destroy();
  }

  private static ErrorPage page(int status, String path) {
    ErrorPage page = new ErrorPage();
    page.setErrorCode(status);
    page.setLocation(path);
    return page;
  }
}
