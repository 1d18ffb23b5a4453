// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.example;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.afterspan.example.CommandLine.UsageException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(10)
class CommandLineTest {

  @Test
  void asksForTheDefaults_whenNothingIsSaid() throws Exception {
    CommandLine line = parse(Map.of());

    assertThat(line).isEqualTo(new CommandLine(ServiceSettings.defaults(), true, true, false));
    assertThat(line.settings().host()).isEqualTo("127.0.0.1");
    assertThat(line.settings().port()).isEqualTo(8080);
  }

  @Test
  void takesValues_afterASpaceOrAnEqualsSign() throws Exception {
    CommandLine line =
        parse(
            Map.of(),
            "--port=0",
            "--host",
            "0.0.0.0",
            "--smtp=smtps://ada:p%40ss@mail.example",
            "--smtp-delay",
            "2s",
            "--mail-from=a@b.example",
            "--exit");

    ServiceSettings settings = line.settings();
    assertThat(settings.port()).isZero();
    assertThat(settings.host()).isEqualTo("0.0.0.0");
    assertThat(settings.smtp()).hasToString("smtps://ada@mail.example:465");
    assertThat(settings.smtpDelay()).isEqualTo(Duration.ofSeconds(2));
    assertThat(settings.mailFrom()).isEqualTo("a@b.example");
    assertThat(line.stay()).isFalse();
  }

  @Test
  void commandLineWins_whenEnvironmentSaysOtherwise() throws Exception {
    Map<String, String> environment =
        Map.of("ORDERS_PORT", "1", "ORDERS_HOST", "::1", "SMTP_DELAY", "PT1.5S", "MAIL_FROM", "");
    ServiceSettings settings = parse(environment, "--port", "2").settings();

    assertThat(settings.port()).isEqualTo(2);
    assertThat(settings.host()).isEqualTo("::1");
    assertThat(settings.smtpDelay()).isEqualTo(Duration.ofMillis(1500));
    assertThat(settings.mailFrom()).isEqualTo(ServiceSettings.DEFAULT_MAIL_FROM);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--prot 1 | there is no option --prot",
        "8080 | there is no option 8080",
        "--port | --port needs a value",
        "--port 80x | --port: port must be 0 to 65535, was 80x",
        "--port 65536 | --port: port must be 0 to 65535, was 65536",
        "--exit=yes | --exit takes no value",
        "--exit --no-orders | --exit and --no-orders together leave nothing to do",
        "--smtp-delay soon | --smtp-delay: must be a time such as 250ms, 2s or PT2S, was soon",
        "--smtp-delay PT-1S | --smtp-delay: smtpDelay must not be negative, was PT-1S",
        "--smtp http://mail.example | --smtp: the SMTP server must be"
            + " smtp[s]://[user:password@]host[:port], but it starts with neither smtp:// nor"
            + " smtps://",
      })
  void saysWhatIsWrong_whenAnArgumentMakesNoSense(String arguments, String message) {
    assertThatThrownBy(() -> parse(Map.of(), arguments.split(" ")))
        .isInstanceOf(UsageException.class)
        .hasMessage(message);
  }

  @Test
  void namesTheVariable_whenItsValueMakesNoSense() {
    assertThatThrownBy(() -> parse(Map.of("ORDERS_PORT", "http")))
        .isInstanceOf(UsageException.class)
        .hasMessage("ORDERS_PORT: port must be 0 to 65535, was http");
  }

  private static CommandLine parse(Map<String, String> environment, String... arguments)
      throws UsageException {
    return CommandLine.parse(List.of(arguments), environment);
  }
}
