// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class WatchScheduleTest {

  private static final long NOW = Long.sum(Long.MAX_VALUE, -400); // about to wrap around
  private static final long FAR = 30_000_000_000L;

  private final WatchSchedule schedule = new WatchSchedule();

  @Test
  void looksAtOnce_whenItHasNotLooked() {
    assertThat(schedule.isDue(System.nanoTime(), Long.MAX_VALUE)).isTrue();
  }

  @Test
  void looksWhenTheFirstDeadlinePasses_andNotBefore() {
    schedule.looked(NOW, 500);
    assertThat(schedule.isDue(NOW + 300, FAR)).as("before the clock wraps around").isFalse();
    assertThat(schedule.isDue(NOW + 499, FAR)).isFalse();
    assertThat(schedule.isDue(NOW + 500, FAR)).isTrue();
  }

  /** A task that was armed after the look, with the shortest timeout there is. */
  @Test
  void looksAfterTheShortestTimeout_whenDeadlinesSeenAreLater() {
    schedule.looked(NOW, FAR);
    assertThat(schedule.isDue(NOW + 4999, 5000)).isFalse();
    assertThat(schedule.isDue(NOW + 5000, 5000)).isTrue();
  }

  /** A task that was stopped after the look, and whose thread may be stuck. */
  @Test
  void looksWhenAThreadMayBeStuck_howeverLongTheTimeouts() {
    schedule.looked(NOW, Long.MAX_VALUE);
    assertThat(schedule.isDue(NOW + Worker.STUCK_AFTER_NANOS - 1, FAR)).isFalse();
    assertThat(schedule.isDue(NOW + Worker.STUCK_AFTER_NANOS, FAR)).isTrue();
  }
}
