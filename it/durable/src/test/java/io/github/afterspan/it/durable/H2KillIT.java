// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it.durable;

class H2KillIT extends KillContract {

  @Override
  String newDatabase(int round) {
    return "jdbc:h2:file:" + directory.resolve("orders-" + round) + ";WRITE_DELAY=0";
  }
}
