// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it;

import io.github.afterspan.it.contract.ContainerContract;

/** The contract on Tomcat. */
class TomcatIT extends ContainerContract {

  @Override
  protected Container container() {
    return new TomcatContainer();
  }

  @Override
  protected CapturedRequest capturedRequestWithoutUs() {
    return CapturedRequest.REFUSES;
  }
}
