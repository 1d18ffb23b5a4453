// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.durable;

class DurableH2Test extends DurableContract {

  DurableH2Test() {
    super(TestDatabase.H2);
  }
}
