// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.example;

import io.github.afterspan.example.CommandLine.UsageException;
import java.io.PrintStream;
import java.util.List;
import org.slf4j.bridge.SLF4JBridgeHandler;

/**
 * The one command that runs the main job: starts the order service, places one good and one naive
 * order, prints the waterfall of each, and stays up until Ctrl-C. {@code --help} tells the options.
 */
public final class Main {

  private static final int FAILED = 1;
  private static final int MISUSED = 2;

  private Main() {}

  /**
   * Runs the command, and ends the process with 0 if all went well, 1 if something failed, 2 if the
   * command line makes no sense.
   *
   * @param arguments the command line
   */
  public static void main(String[] arguments) {
    SLF4JBridgeHandler.removeHandlersForRootLogger();
    SLF4JBridgeHandler.install();
    int status;
    try {
      status = run(CommandLine.parse(List.of(arguments), System.getenv()), System.out);
    } catch (UsageException e) {
      System.err.println("order service: " + e.getMessage() + "\n");
      System.err.print(CommandLine.USAGE);
      status = MISUSED;
    } catch (CannotListenException e) {
      System.err.println("order service: " + e.getMessage());
      System.err.println("choose another port with --port N, or any free one with --port 0");
      status = FAILED;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      status = FAILED;
    }
    System.exit(status);
  }

  private static int run(CommandLine line, PrintStream out)
      throws CannotListenException, InterruptedException {
    if (line.help()) {
      out.print(CommandLine.USAGE);
      return 0;
    }
    OrderService service = OrderService.start(line.settings());
    Runtime.getRuntime().addShutdownHook(new Thread(service::close, "order service shutdown"));
    boolean asExpected = !line.placeOrders() || new DemoRun(service, out).run();
    if (line.stay()) {
      Invitation.print(service, out);
      Thread.currentThread().join();
    }
    return asExpected ? 0 : FAILED;
  }
}
