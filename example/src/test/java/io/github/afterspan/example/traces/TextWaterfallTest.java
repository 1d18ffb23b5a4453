// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.example.traces;

import static io.github.afterspan.example.traces.WaterfallTest.span;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import zipkin2.Span;

@Timeout(10)
class TextWaterfallTest {

  private static final String REQUEST = "00000000000000000000000000000001";
  private static final String OTHER = "00000000000000000000000000000002";
  private static final long ZERO = 1_000_000;

  @Test
  void drawsOneTrace_whenTheMailIsAChild() {
    Span root = span(REQUEST, "a", null, "handleOrder", 2_000, 20_000);
    Span mail = span(REQUEST, "b", "a", "sendConfirmationEmail", 10_000, 220_000);

    assertThat(draw(List.of(List.of(root, mail))))
        .isEqualTo(
            """
              span                            start         end  parent       0 ms                                220.0 ms
              trace 0000000000000001
                handleOrder                  2.0 ms     20.0 ms  -            ====|
                  sendConfirmationEmail     10.0 ms    220.0 ms  handleOrder   ===+=======================================
                                                                                  ^
              The client had its response at 25.0 ms (^).
            """);
  }

  @Test
  void marksWhatIsWrong() {
    Span root = span(REQUEST, "a", null, "handleOrder", 2_000, 20_000);
    Span lost = span(REQUEST, "c", "e", "bookStock", 10_000, 30_000);
    Span mail =
        span(OTHER, "b", null, "sendConfirmationEmail", 10_000, 220_000).toBuilder()
            .putTag("error", "550 refused")
            .build();

    assertThat(draw(List.of(List.of(root, lost), List.of(mail))))
        .isEqualTo(
            """
              span                          start         end  parent                    0 ms                                220.0 ms
              trace 0000000000000001
                handleOrder                2.0 ms     20.0 ms  -                         ====|
                bookStock                 10.0 ms     30.0 ms  000000000000000e MISSING   ===+=
              trace 0000000000000002
                sendConfirmationEmail     10.0 ms    220.0 ms  - ORPHAN                   ===+=======================================
                                                                                             ^
              The client had its response at 25.0 ms (^).
              MISSING PARENT: bookStock names a parent, 000000000000000e, that has not arrived.
              ORPHAN: sendConfirmationEmail has no parent and a trace of its own; nothing leads to it from the order.
              ERROR: sendConfirmationEmail 550 refused
            """);
  }

  @Test
  void saysSo_whenNothingHasArrived() {
    assertThat(TextWaterfall.of(Waterfall.of(List.of(), REQUEST), ZERO, ZERO + 1))
        .isEqualTo("  no span has arrived\n");
  }

  private static String draw(List<List<Span>> traces) {
    return TextWaterfall.of(Waterfall.of(traces, REQUEST), ZERO, ZERO + 25_000);
  }
}
