// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.servlet;

import io.github.afterspan.StartMode;
import io.github.afterspan.TaskDecorator;
import io.github.afterspan.TraceMode;
import io.github.afterspan.WorkerOptions;
import jakarta.servlet.FilterConfig;
import jakarta.servlet.ServletException;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.naming.InitialContext;
import javax.naming.NamingException;
import org.jspecify.annotations.Nullable;

/**
 * The init-params of the filter, parsed once and strictly: what is unknown or unclear is refused
 * when the application starts, with the setting's name, the rule and the value.
 */
final class InitParameters {

  private static final Pattern PLAIN_DURATION = Pattern.compile("(\\d{1,18})(ms|s|m|h)");

  private static final String EXECUTOR = "executor";
  private static final String REQUEST_GUARD = "request-guard";
  private static final String AFTER_RESPONSE = "after-response";
  private static final Pattern CAMEL_HUMP = Pattern.compile("[A-Z]");

  private static final List<String> NAMES =
      List.of(
          "name",
          "concurrency",
          "queue-capacity",
          "timeout",
          "queue-timeout",
          "drain-timeout",
          "trace-mode",
          "start-mode",
          "baggage",
          "span-attributes",
          "threads",
          "task-decorator",
          "capture-check",
          EXECUTOR,
          REQUEST_GUARD,
          AFTER_RESPONSE);

  private final FilterConfig config;

  InitParameters(FilterConfig config) {
    this.config = config;
  }

  /** Checks the parameters of a filter that was made with workers, which have options already. */
  void requireNoneOfWorkers() throws ServletException {
    for (String name : Collections.list(config.getInitParameterNames())) {
      if (!name.equals(REQUEST_GUARD) && !name.equals(AFTER_RESPONSE)) {
        throw refused(
            "init-param \""
                + name
                + "\" has no effect on a filter that was made with workers; set their WorkerOptions",
            null);
      }
    }
  }

  WorkerOptions workerOptions() throws ServletException {
    for (String name : Collections.list(config.getInitParameterNames())) {
      if (!NAMES.contains(name)) {
        throw refused("unknown init-param \"" + name + "\"; known are " + NAMES, null);
      }
    }
    try {
      return parse();
    } catch (IllegalArgumentException e) {
      throw refused(String.valueOf(e.getMessage()), e);
    }
  }

  /** Whether requests and responses are guarded: {@code on}, unless set to {@code off}. */
  boolean requestGuard() throws ServletException {
    return isFirst(REQUEST_GUARD, "on", "off");
  }

  /**
   * Whether a response is over with its last byte: {@code handed-back}, unless {@code last-byte}.
   */
  boolean awaitsLastByte() throws ServletException {
    return !isFirst(AFTER_RESPONSE, "handed-back", "last-byte");
  }

  private boolean isFirst(String name, String first, String second) throws ServletException {
    String value = config.getInitParameter(name);
    String word = value == null ? first : value.strip();
    if (!word.equals(first) && !word.equals(second)) {
      throw refused(name + " must be " + first + " or " + second + ", was \"" + value + "\"", null);
    }
    return word.equals(first);
  }

  /**
   * The executor under a JNDI name, a container's ManagedExecutorService for one; null if unset.
   */
  @SuppressWarnings("BanJNDI") // the name comes from the deployer, as every resource-ref does
  @Nullable Executor executor() throws ServletException {
    String name = config.getInitParameter(EXECUTOR);
    if (name == null) {
      return null;
    }
    try {
      Object found = new InitialContext().lookup(name.strip());
      if (found instanceof Executor executor) {
        return executor;
      }
      String type = found == null ? "nothing" : "a " + found.getClass().getName();
      throw refused(
          "executor must be the JNDI name of an Executor, was \"" + name + "\": " + type, null);
    } catch (NamingException e) {
      throw refused("executor must be the JNDI name of an Executor, was \"" + name + "\"", e);
    }
  }

  ServletException refused(String message, @Nullable Exception cause) {
    return new ServletException("filter \"" + config.getFilterName() + "\": " + message, cause);
  }

  private WorkerOptions parse() {
    WorkerOptions.Builder options = WorkerOptions.builder();
    set("name", Function.identity(), options::name);
    set("concurrency", InitParameters::number, options::concurrency);
    set("queue-capacity", InitParameters::number, options::queueCapacity);
    set("timeout", InitParameters::duration, options::timeout);
    set("queue-timeout", InitParameters::duration, options::queueTimeout);
    set("drain-timeout", InitParameters::duration, options::drainTimeout);
    set("trace-mode", word(TraceMode.class), options::traceMode);
    set("start-mode", word(StartMode.class), options::startMode);
    set("baggage", InitParameters::flag, options::baggage);
    set("span-attributes", InitParameters::flag, options::spanAttributes);
    set("threads", word(WorkerOptions.Threads.class), options::threads);
    set("task-decorator", InitParameters::decorator, options::taskDecorator);
    set("capture-check", word(WorkerOptions.OnCapture.class), options::captureCheck);
    return build(options);
  }

  /** Checks the values against each other's rules, with the names that they have here. */
  private static WorkerOptions build(WorkerOptions.Builder options) {
    try {
      return options.build();
    } catch (IllegalArgumentException e) {
      String message = String.valueOf(e.getMessage());
      int end = message.indexOf(" must ");
      String names = CAMEL_HUMP.matcher(message.substring(0, Math.max(0, end))).replaceAll("-$0");
      throw new IllegalArgumentException(
          names.toLowerCase(Locale.ROOT) + message.substring(Math.max(0, end)), e);
    }
  }

  /** Parses one setting and passes it on, if it is there; a bad value gets the setting's name. */
  private <T> void set(String name, Function<String, T> parser, Consumer<T> setter) {
    String value = config.getInitParameter(name);
    if (value == null) {
      return;
    }
    T parsed;
    try {
      parsed = parser.apply(value.strip());
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          name + " must be " + e.getMessage() + ", was \"" + value + "\"", e);
    }
    setter.accept(parsed);
  }

  private static Integer number(String value) {
    try {
      return Integer.valueOf(value);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("a whole number", e);
    }
  }

  private static Duration duration(String value) {
    Matcher plain = PLAIN_DURATION.matcher(value);
    try {
      if (!plain.matches()) {
        return Duration.parse(value);
      }
      long amount = Long.parseLong(plain.group(1));
      return switch (plain.group(2)) {
        case "ms" -> Duration.ofMillis(amount);
        case "s" -> Duration.ofSeconds(amount);
        case "m" -> Duration.ofMinutes(amount);
        default -> Duration.ofHours(amount);
      };
    } catch (DateTimeParseException | ArithmeticException e) {
      throw new IllegalArgumentException("a duration such as PT30S, 30s or 500ms", e);
    }
  }

  private static Boolean flag(String value) {
    return switch (value) {
      case "true" -> true;
      case "false" -> false;
      default -> throw new IllegalArgumentException("true or false");
    };
  }

  private static <E extends Enum<E>> Function<String, E> word(Class<E> type) {
    return value -> {
      List<E> known = Arrays.asList(type.getEnumConstants());
      for (E constant : known) {
        if (kebab(constant).equals(value)) {
          return constant;
        }
      }
      throw new IllegalArgumentException(
          "one of " + known.stream().map(InitParameters::kebab).toList());
    };
  }

  private static String kebab(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private static TaskDecorator decorator(String value) {
    if (value.equals("mdc")) {
      return TaskDecorator.mdc();
    }
    try {
      Class<?> type = Class.forName(value, true, Thread.currentThread().getContextClassLoader());
      return type.asSubclass(TaskDecorator.class).getDeclaredConstructor().newInstance();
    } catch (ReflectiveOperationException | ClassCastException e) {
      throw new IllegalArgumentException(
          "mdc, or the name of a TaskDecorator class with a public constructor without parameters",
          e);
    }
  }
}
