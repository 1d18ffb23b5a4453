// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.example.mail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(10)
class SmtpServerTest {

  @Test
  void readsHostPortAndTls() {
    assertThat(SmtpServer.parse("smtp://mail.example"))
        .isEqualTo(new SmtpServer("mail.example", 25, false, null, null));
    assertThat(SmtpServer.parse("SMTPS://mail.example"))
        .isEqualTo(new SmtpServer("mail.example", 465, true, null, null));
    assertThat(SmtpServer.parse("smtp://127.0.0.1:2525"))
        .isEqualTo(new SmtpServer("127.0.0.1", 2525, false, null, null));
  }

  @Test
  void readsLogin_percentEncoded() {
    assertThat(SmtpServer.parse("smtp://ada%40example.com:a+b%3Ac@mail.example:587"))
        .isEqualTo(new SmtpServer("mail.example", 587, false, "ada@example.com", "a+b:c"));
  }

  @Test
  void hidesPassword_whenPrinted() {
    assertThat(SmtpServer.parse("smtp://ada:secret@mail.example").toString())
        .isEqualTo("smtp://ada@mail.example:25");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "mail.example",
        "http://ada:secret@mail.example",
        "smtp:///x",
        "smtp://ada:secret@:25",
        "smtp://ada:secret@mail.example/x",
        "smtp://ada:secret@mail.example?x=y",
        "smtp://ada:secret@mail.example:0",
        "smtp://ada:secret@ mail.example",
      })
  void refusesWithoutShowingThePassword_whenItIsNoSmtpUrl(String url) {
    assertThatThrownBy(() -> SmtpServer.parse(url))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(
            "the SMTP server must be smtp[s]://[user:password@]host[:port], but")
        .hasMessageNotContaining("secret");
  }
}
