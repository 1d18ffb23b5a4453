// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it;

import io.github.afterspan.it.contract.ContainerContract;

/** The contract on Jetty with Servlet 6.0. */
class JettyEe10IT extends ContainerContract {

  @Override
  protected Container container() {
    return new JettyEe10();
  }

  @Override
  protected CapturedRequest capturedRequestWithoutUs() {
    return CapturedRequest.NEXT_REQUEST;
  }
}
