// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it;

/**
 * A servlet container, embedded in the test, that serves one application at a time on a loopback
 * port, over HTTP/1.1 and HTTP/2 in clear text.
 *
 * <p>Confined to the thread of the test.
 */
public interface Container extends AutoCloseable {

  /**
   * Starts with an application.
   *
   * @param application the application, deployed at the root
   * @return the port, which was free
   * @throws Exception if the container or the application failed to start
   */
  int start(Application application) throws Exception;

  /**
   * Undeploys the application, as the container does it when it stops one application only. Returns
   * when the application was destroyed.
   *
   * @throws Exception if the application failed to stop
   */
  void undeploy() throws Exception;

  /**
   * Has the end of the JVM stop it, in the way that the README of {@code export} tells for this
   * container. To be called before {@link #start}.
   */
  default void stopAtShutdown() {
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  try {
                    close();
                  } catch (Exception e) {
                    throw new IllegalStateException("the container did not stop", e);
                  }
                },
                "container shutdown"));
  }

  /**
   * Stops whatever still runs.
   *
   * @throws Exception if the container failed to stop
   */
  @Override
  void close() throws Exception;
}
