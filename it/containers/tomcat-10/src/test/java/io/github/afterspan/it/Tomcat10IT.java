// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it;

import io.github.afterspan.it.contract.ContainerContract;

/** The contract on Tomcat 10.1. */
class Tomcat10IT extends ContainerContract {

  @Override
  protected Container container() {
    return new Tomcat10();
  }

  @Override
  protected CapturedRequest capturedRequestWithoutUs() {
    return CapturedRequest.REFUSES;
  }
}
