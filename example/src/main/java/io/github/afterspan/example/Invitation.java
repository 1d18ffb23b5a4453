// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.example;

import java.io.PrintStream;

/** Tells whoever started the service what can be done with it. */
final class Invitation {

  private Invitation() {}

  static void print(OrderService service, PrintStream out) {
    String uri = service.uri().toString();
    out.println(
        "The order service is up; mail goes to "
            + service.smtp()
            + (service.embeddedSmtp() == null ? "." : ", inside the process."));
    out.println();
    out.println("  One of each, side by side " + uri);
    out.println(
        service.telemetry().inProcess()
            ? "  All traces, in Zipkin     " + uri + "zipkin/"
            : "  Spans go to               " + service.telemetry().destination());
    out.println("  Place an order            curl -i -H 'Content-Type: application/json' \\");
    out.println(
        "                              -d '{\"email\":\"ada@example.com\",\"item\":\"teapot\",\"quantity\":1}' \\");
    out.println("                              " + uri + "orders");
    out.println("  ... that outlives us      the same with " + uri + "orders?durable=true");
    out.println("  ... without Afterspan     the same with " + uri + "orders?naive=true");
    out.println();
    out.println("Ctrl-C stops it.");
    out.flush();
  }
}
