// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class PlotTest {

  private static final int OURS = 0xFF1B6CA8;

  @Test
  void barsStayVisible_whenOneRoundOfOthersWentWrong(@TempDir Path directory) throws Exception {
    Samples samples = new Samples();
    for (int round = 0; round < 3; round++) {
      add(samples, round, PeerKind.AFTERSPAN, 500);
      add(samples, round, PeerKind.SPRING, round == 1 ? 1_000_000 : 1000);
    }
    Path file = directory.resolve("plot.png");
    Plot.write(samples, Environment.now(), file);
    assertThat(widestBar(ImageIO.read(file.toFile()))).isBetween(200, 400);
  }

  private static void add(Samples samples, int round, PeerKind peer, double nanos) {
    String variant = JmhCase.variant(peer, TelemetryKind.SDK);
    samples.add(new Sample(round, JmhCase.END_TO_END, variant, "ns", nanos));
  }

  /** How many pixels of our colour there are in the row that has most. */
  private static int widestBar(BufferedImage image) {
    return IntStream.range(0, image.getHeight())
        .map(
            y ->
                (int) IntStream.range(0, image.getWidth()).filter(x -> isOurs(image, x, y)).count())
        .max()
        .orElse(0);
  }

  private static boolean isOurs(BufferedImage image, int x, int y) {
    return image.getRGB(x, y) == OURS;
  }
}
