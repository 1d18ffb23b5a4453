// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.example;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class ClosingOrderTest {

  private final List<String> closed = new ArrayList<>();
  private final ClosingOrder closing = new ClosingOrder();

  @Test
  void closesTheLastFirstAndEachOnce() {
    closing.add(() -> closed.add("first"));
    closing.add(() -> closed.add("second"));

    closing.close();
    closing.close();

    assertThat(closed).containsExactly("second", "first");
  }

  @Test
  void closesTheRest_whenOneFails() {
    closing.add(() -> closed.add("first"));
    closing.add(
        () -> {
          throw new IllegalStateException("for the test");
        });

    closing.close();

    assertThat(closed).containsExactly("first");
  }
}
