// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.durable;

class DurableSqliteTest extends DurableContract {

  DurableSqliteTest() {
    super(TestDatabase.SQLITE);
  }
}
