// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it.export;

import io.github.afterspan.it.JettyEe11;

class JettySigtermIT extends SigtermContract {

  JettySigtermIT() {
    super(JettyEe11.class);
  }
}
