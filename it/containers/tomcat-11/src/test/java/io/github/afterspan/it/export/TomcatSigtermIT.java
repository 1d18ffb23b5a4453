// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it.export;

import io.github.afterspan.it.Tomcat11;

class TomcatSigtermIT extends SigtermContract {

  TomcatSigtermIT() {
    super(Tomcat11.class);
  }
}
