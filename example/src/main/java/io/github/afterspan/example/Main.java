// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.example;

/** Starts the order service. */
public final class Main {
  private Main() {}

  public static void main(String[] args) throws Exception {
    OrderService service = OrderService.start(ServiceSettings.defaults());
    System.out.println(service.uri());
  }
}
