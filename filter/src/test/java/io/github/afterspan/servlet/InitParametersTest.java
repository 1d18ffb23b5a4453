// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.servlet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.afterspan.BackgroundTask;
import io.github.afterspan.StartMode;
import io.github.afterspan.TaskDecorator;
import io.github.afterspan.TraceMode;
import io.github.afterspan.WorkerOptions;
import jakarta.servlet.ServletException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class InitParametersTest {

  @Test
  void areTheDefaults_whenNothingIsSet() throws ServletException {
    assertThat(parameters(Map.of()).workerOptions()).isEqualTo(WorkerOptions.defaults());
    assertThat(parameters(Map.of()).requestGuard()).isTrue();
    assertThat(parameters(Map.of()).executor()).isNull();
  }

  @Test
  void setEveryOption() throws ServletException {
    WorkerOptions options =
        parameters(
                Map.ofEntries(
                    Map.entry("name", "orders"),
                    Map.entry("concurrency", "3"),
                    Map.entry("queue-capacity", "0"),
                    Map.entry("timeout", "PT1M"),
                    Map.entry("queue-timeout", "500ms"),
                    Map.entry("drain-timeout", "0s"),
                    Map.entry("trace-mode", "new-trace-with-link"),
                    Map.entry("start-mode", "after-successful-response"),
                    Map.entry("baggage", "false"),
                    Map.entry("span-attributes", "false"),
                    Map.entry("threads", "virtual"),
                    Map.entry("task-decorator", Decorator.class.getName()),
                    Map.entry("capture-check", "fail")))
            .workerOptions();
    assertThat(options.name()).isEqualTo("orders");
    assertThat(options.concurrency()).isEqualTo(3);
    assertThat(options.queueCapacity()).isZero();
    assertThat(options.timeout()).isEqualTo(Duration.ofMinutes(1));
    assertThat(options.queueTimeout()).isEqualTo(Duration.ofMillis(500));
    assertThat(options.drainTimeout()).isZero();
    assertThat(options.traceMode()).isEqualTo(TraceMode.NEW_TRACE_WITH_LINK);
    assertThat(options.startMode()).isEqualTo(StartMode.AFTER_SUCCESSFUL_RESPONSE);
    assertThat(options.baggage()).isFalse();
    assertThat(options.spanAttributes()).isFalse();
    assertThat(options.threads()).isEqualTo(WorkerOptions.Threads.VIRTUAL);
    assertThat(options.taskDecorator()).isInstanceOf(Decorator.class);
    assertThat(options.captureCheck()).isEqualTo(WorkerOptions.OnCapture.FAIL);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "30s | PT30S",
        "2m | PT2M",
        "1h | PT1H",
        "1500ms | PT1.5S",
        " PT5S | PT5S",
      })
  void readDurations(String value, Duration expected) throws ServletException {
    assertThat(parameters(Map.of("timeout", value)).workerOptions().timeout()).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "concurrency | many | concurrency must be a whole number, was \"many\"",
        "concurrency | 0 | concurrency must be positive, was 0",
        "concurrency | 99999999999 | concurrency must be a whole number, was \"99999999999\"",
        "queue-capacity | -1 | queue-capacity must not be negative, was -1",
        "timeout | 0s | timeout must be longer than zero, was PT0S",
        "timeout | PT-1S | timeout must be longer than zero, was PT-1S",
        "timeout | 30 | timeout must be a duration such as PT30S, 30s or 500ms, was \"30\"",
        "queue-timeout | soon | queue-timeout must be a duration such as PT30S, 30s or 500ms, was \"soon\"",
        "drain-timeout | PT-1S | drain-timeout must not be negative, was PT-1S",
        "trace-mode | CHILD | trace-mode must be one of [child, remote-child, child-with-link, new-trace-with-link], was \"CHILD\"",
        "start-mode | later | start-mode must be one of [immediately, after-response, after-successful-response], was \"later\"",
        "baggage | yes | baggage must be true or false, was \"yes\"",
        "span-attributes | off | span-attributes must be true or false, was \"off\"",
        "threads | green | threads must be one of [platform, virtual], was \"green\"",
        "name | ` ` | name must not be blank, was \"\"",
        "task-decorator | no.Such | task-decorator must be mdc, or the name of a TaskDecorator class with a public constructor without parameters, was \"no.Such\"",
        "task-decorator | java.lang.String | task-decorator must be mdc, or the name of a TaskDecorator class with a public constructor without parameters, was \"java.lang.String\"",
        "capture-check | maybe | capture-check must be one of [off, warn, fail], was \"maybe\"",
      })
  void refuseBadValue_withNameRuleAndValue(String name, String value, String message) {
    assertThatThrownBy(() -> parameters(Map.of(name, value)).workerOptions())
        .isInstanceOf(ServletException.class)
        .hasMessage("filter \"background\": " + message);
  }

  @Test
  @EnabledForJreRange(max = JRE.JAVA_20)
  void refuseVirtualThreads_whereThereAreNone() {
    FakeFilterConfig config = new FakeFilterConfig(Map.of("threads", "virtual"));
    assertThatThrownBy(() -> new BackgroundDispatchFilter().init(config))
        .isInstanceOf(ServletException.class)
        .hasMessage(
            "filter \"background\": threads=virtual needs Java 21 or newer, this is "
                + Runtime.version());
  }

  @Test
  void refuseUnknownName() {
    assertThatThrownBy(() -> parameters(Map.of("time-out", "1s")).workerOptions())
        .isInstanceOf(ServletException.class)
        .hasMessageStartingWith(
            "filter \"background\": unknown init-param \"time-out\"; known are [name, concurrency,");
  }

  @Test
  void refuseTooMuch_withBothNames() {
    Map<String, String> both = Map.of("concurrency", "2000000000", "queue-capacity", "2000000000");
    assertThatThrownBy(() -> parameters(both).workerOptions())
        .hasMessage(
            "filter \"background\": concurrency + queue-capacity must be at most 1073741824,"
                + " was 4000000000");
  }

  @Test
  void refuseBadGuard() {
    assertThatThrownBy(() -> parameters(Map.of("request-guard", "true")).requestGuard())
        .hasMessage("filter \"background\": request-guard must be on or off, was \"true\"");
  }

  @Test
  void refuseExecutorThatIsNotThere() {
    assertThatThrownBy(() -> parameters(Map.of("executor", "java:comp/none")).executor())
        .isInstanceOf(ServletException.class)
        .hasMessage(
            "filter \"background\": executor must be the JNDI name of an Executor,"
                + " was \"java:comp/none\"");
  }

  @Test
  void refuseWorkerOptions_whenWorkersArePassedIn() {
    assertThatThrownBy(() -> parameters(Map.of("timeout", "1s")).requireNoneOfWorkers())
        .hasMessageContaining("init-param \"timeout\" has no effect");
  }

  private static InitParameters parameters(Map<String, String> parameters) {
    return new InitParameters(new FakeFilterConfig(parameters));
  }

  /** Named in an init-param. */
  public static final class Decorator implements TaskDecorator {
    @Override
    public BackgroundTask decorate(BackgroundTask task) {
      return task;
    }
  }
}
