// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.example;

import io.github.afterspan.example.mail.SmtpServer;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the command line and the environment ask for; the command line wins.
 *
 * @param settings of the service
 * @param placeOrders whether to place the two orders and print their waterfalls
 * @param stay whether to stay up after that
 * @param help whether only to say what can be asked for
 */
record CommandLine(ServiceSettings settings, boolean placeOrders, boolean stay, boolean help) {

  static final String USAGE =
      """
      Starts the order service, places one good and one naive order, prints the waterfall of each,
      and stays up until Ctrl-C.

      Usage: ./demo [option]...

        --port N          listen on this port, 0 for any free one      (ORDERS_PORT, default 8080)
        --host NAME       listen on this address, 0.0.0.0 for all      (ORDERS_HOST, default 127.0.0.1)
        --smtp URL        send mail to smtp[s]://[user:password@]host[:port]
                          (SMTP_URL, default: a mail server inside the process)
        --smtp-delay T    how long the mail server inside the process takes over each mail,
                          such as 0ms, 2s or PT2S                      (SMTP_DELAY, default 250ms)
        --mail-from ADDR  the sender of the mails        (MAIL_FROM, default orders@shop.example)
        --database URL    keep durable orders in jdbc:sqlite:FILE or jdbc:postgresql://...
                          (ORDERS_DATABASE, default: a file that goes with the process)
        --exit            exit after the two orders; 1 if a span did not arrive
        --no-orders       place no orders, only serve
        --help            print this

      Spans go to a viewer inside the process, unless the standard OTEL_* variables say otherwise:
        OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:4318 ./demo
      """;

  private static final Pattern PLAIN_DURATION = Pattern.compile("(\\d{1,9})(ms|s|m)");

  /** Thrown for a command line that makes no sense; the message says why. */
  static final class UsageException extends Exception {
    private static final long serialVersionUID = 1L;

    UsageException(String message) {
      super(message);
    }
  }

  static CommandLine parse(List<String> arguments, Map<String, String> environment)
      throws UsageException {
    CommandLine line = new CommandLine(ServiceSettings.defaults(), true, true, false);
    for (String[] variable :
        new String[][] {
          {"ORDERS_PORT", "--port"},
          {"ORDERS_HOST", "--host"},
          {"SMTP_URL", "--smtp"},
          {"SMTP_DELAY", "--smtp-delay"},
          {"MAIL_FROM", "--mail-from"},
          {"ORDERS_DATABASE", "--database"}
        }) {
      String value = environment.get(variable[0]);
      if (value != null && !value.isEmpty()) {
        line = line.with(variable[1], value, variable[0]);
      }
    }
    Deque<String> left = new ArrayDeque<>(arguments);
    while (!left.isEmpty()) {
      line = line.next(left);
    }
    if (!line.placeOrders && !line.stay) {
      throw new UsageException("--exit and --no-orders together leave nothing to do");
    }
    return line;
  }

  private CommandLine next(Deque<String> left) throws UsageException {
    String option = left.pop();
    int equals = option.indexOf('=');
    if (option.startsWith("--") && equals > 0) {
      left.push(option.substring(equals + 1));
      option = option.substring(0, equals);
      if (List.of("--exit", "--no-orders", "--help").contains(option)) {
        throw new UsageException(option + " takes no value");
      }
    }
    return switch (option) {
      case "--exit" -> new CommandLine(settings, placeOrders, false, help);
      case "--no-orders" -> new CommandLine(settings, false, stay, help);
      case "--help", "-h" -> new CommandLine(settings, placeOrders, stay, true);
      case "--port", "--host", "--smtp", "--smtp-delay", "--mail-from", "--database" ->
          with(option, value(option, left), option);
      default -> throw new UsageException("there is no option " + option);
    };
  }

  private static String value(String option, Deque<String> left) throws UsageException {
    if (left.isEmpty()) {
      throw new UsageException(option + " needs a value");
    }
    return left.pop();
  }

  private CommandLine with(String option, String value, String source) throws UsageException {
    try {
      ServiceSettings changed =
          switch (option) {
            case "--port" -> settings.port(port(value));
            case "--host" -> settings.host(value);
            case "--smtp" -> settings.smtp(SmtpServer.parse(value));
            case "--database" -> settings.database(value);
            case "--smtp-delay" -> settings.smtpDelay(duration(value));
            default -> settings.mailFrom(value);
          };
      return new CommandLine(changed, placeOrders, stay, help);
    } catch (IllegalArgumentException e) {
      throw new UsageException(source + ": " + e.getMessage());
    }
  }

  private static int port(String value) {
    if (!value.matches("\\d{1,5}")) {
      throw new IllegalArgumentException("port must be 0 to 65535, was " + value);
    }
    return Integer.parseInt(value);
  }

  private static Duration duration(String value) {
    Matcher plain = PLAIN_DURATION.matcher(value);
    if (plain.matches()) {
      long number = Long.parseLong(plain.group(1));
      return switch (plain.group(2)) {
        case "ms" -> Duration.ofMillis(number);
        case "s" -> Duration.ofSeconds(number);
        default -> Duration.ofMinutes(number);
      };
    }
    try {
      return Duration.parse(value.toUpperCase(Locale.ROOT));
    } catch (DateTimeParseException e) {
      throw new IllegalArgumentException(
          "must be a time such as 250ms, 2s or PT2S, was " + value, e);
    }
  }
}
