// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.durable;

class DurablePostgresTest extends DurableContract {

  DurablePostgresTest() {
    super(TestDatabase.POSTGRESQL);
  }
}
