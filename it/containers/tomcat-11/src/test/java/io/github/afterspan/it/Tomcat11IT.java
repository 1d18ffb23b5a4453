// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it;

import io.github.afterspan.it.contract.ContainerContract;

/** The contract on Tomcat 11. */
class Tomcat11IT extends ContainerContract {

  @Override
  protected Container container() {
    return new Tomcat11();
  }

  @Override
  protected CapturedRequest capturedRequestWithoutUs() {
    return CapturedRequest.REFUSES;
  }
}
