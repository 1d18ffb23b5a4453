// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.example.orders;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.afterspan.example.http.Problem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(10)
class NewOrderTest {

  @ParameterizedTest
  @ValueSource(strings = {"ada@example.com", "a+b@c", "o'hara@x.example", "jürgen@müller.example"})
  void acceptsAddress_whenItCouldBeOne(String email) {
    assertThat(new NewOrder(email, "cup", 1).violations()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "ada",
        "@b",
        "a@",
        "a@b@c",
        "a b@c",
        "a@b\r\nBcc: x@y",
        "<a@b>",
        "a@b,c@d",
        "a@b\u0000"
      })
  void refusesAddress_whenItCouldMeanSomethingElseInAMail(String email) {
    assertThat(new NewOrder(email, "cup", 1).violations())
        .extracting(Problem.Violation::field)
        .containsExactly("email");
  }

  @Test
  void refusesEveryFieldThatIsMissingOrOutOfBounds() {
    assertThat(new NewOrder(null, null, null).violations())
        .extracting(Problem.Violation::field)
        .containsExactly("email", "item", "quantity");
    assertThat(new NewOrder("a@b" + "c".repeat(252), "x".repeat(201), 1001).violations())
        .extracting(Problem.Violation::field)
        .containsExactly("email", "item", "quantity");
    assertThat(new NewOrder("a@b" + "c".repeat(251), "x".repeat(200), 1000).violations()).isEmpty();
  }
}
