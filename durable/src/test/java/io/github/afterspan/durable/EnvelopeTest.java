// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.durable;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class EnvelopeTest {

  private static final String NUMBERS =
      "{\"price\":1.10,\"big\":12345678901234567890,\"exact\":0.1000000000000000000000001}";

  @Test
  void isThisJson_withoutClassNames() throws Exception {
    Instant now = Instant.parse("2026-01-01T00:00:00Z");
    Envelope envelope =
        new Envelope(
            Map.of("traceparent", "00-1-2-01"), now, now, 3, Envelope.JSON.readTree("[1]"));

    assertThat(new String(envelope.encode(), UTF_8))
        .isEqualTo(
            "{\"v\":1,\"carrier\":{\"traceparent\":\"00-1-2-01\"},"
                + "\"enqueuedAt\":\"2026-01-01T00:00:00Z\","
                + "\"deadline\":\"2026-01-01T00:00:00Z\",\"attempts\":3,\"payload\":[1]}");
    assertThat(Envelope.decode(envelope.encode())).isEqualTo(envelope);
  }

  @Test
  void keepsNumbersAsTheyAreWritten() throws Exception {
    Envelope envelope =
        new Envelope(Map.of(), Instant.now(), null, 0, Envelope.JSON.readTree(NUMBERS));

    byte[] dead = new Obituary("id", "reason", 1, Instant.now()).encode(envelope.encode());

    assertThat(Envelope.decode(envelope.encode()).payload().toString()).isEqualTo(NUMBERS);
    assertThat(Obituary.letter("mail", "letter", dead).payload()).isEqualTo(NUMBERS);
    assertThat(Envelope.decode(Obituary.revive(dead)).payload().toString()).isEqualTo(NUMBERS);
  }
}
