// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it;

import java.nio.file.Path;

/**
 * A servlet container that web applications are deployed to and undeployed from while it runs.
 *
 * <p>Confined to the thread of the test.
 */
public interface WarContainer extends AutoCloseable {

  /**
   * Starts without applications.
   *
   * @return the loopback port, which was free
   * @throws Exception if the container failed to start
   */
  int start() throws Exception;

  /**
   * Deploys a WAR.
   *
   * @param contextPath where to, with a leading slash
   * @param war the file
   * @return the class loader that the container made for the application
   * @throws Exception if the application failed to start
   */
  ClassLoader deploy(String contextPath, Path war) throws Exception;

  /**
   * Undeploys an application. Returns when it was destroyed, keeping nothing of it.
   *
   * @param contextPath where it was deployed
   * @throws Exception if the application failed to stop
   */
  void undeploy(String contextPath) throws Exception;

  @Override
  void close() throws Exception;
}
