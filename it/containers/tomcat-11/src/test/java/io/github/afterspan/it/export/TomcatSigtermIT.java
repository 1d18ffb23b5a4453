// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it.export;

import io.github.afterspan.it.TomcatContainer;

class TomcatSigtermIT extends SigtermContract {

  TomcatSigtermIT() {
    super(TomcatContainer.class);
  }
}
