// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it;

import io.github.afterspan.it.contract.ContainerContract;

/** The contract on Undertow. */
class UndertowIT extends ContainerContract {

  @Override
  protected Container container() {
    return new UndertowContainer();
  }

  @Override
  protected CapturedRequest capturedRequestWithoutUs() {
    return CapturedRequest.STALE;
  }
}
