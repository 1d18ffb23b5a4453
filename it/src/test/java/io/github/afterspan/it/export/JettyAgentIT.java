// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it.export;

import io.github.afterspan.it.JettyEe11;

class JettyAgentIT extends AgentContract {

  JettyAgentIT() {
    super(JettyEe11.class, ".ServletApiRequest");
  }
}
