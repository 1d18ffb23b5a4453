// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.bench;

import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;

/** Four rows of bars: what a dispatch costs with each peer. */
final class Plot {

  private static final int WIDTH = 1100;
  private static final int LEFT = 320;
  private static final int RIGHT = 200;
  private static final int BAR = 18;
  private static final int STEP = 24;
  private static final int TITLE = 44;
  private static final int FONT_SIZE = 14;
  private static final Color OURS = new Color(0x1B6CA8);
  private static final Color THEIRS = new Color(0xB8C4CE);
  private static final Color RANGE = new Color(0x404040);

  private record Bar(String name, Spread value, boolean isOurs) {}

  private record Panel(String title, List<Bar> bars) {}

  private final BufferedImage image;
  private final Graphics2D graphics;
  private int y = STEP;

  private Plot(int height) {
    image = new BufferedImage(WIDTH, height, BufferedImage.TYPE_INT_RGB);
    graphics = image.createGraphics();
    graphics.setColor(Color.WHITE);
    graphics.fillRect(0, 0, WIDTH, height);
    graphics.setRenderingHint(
        RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
    graphics.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, FONT_SIZE));
  }

  /** Draws a run into a PNG file. */
  static void write(Samples samples, Environment environment, Path file) throws IOException {
    System.setProperty("java.awt.headless", "true");
    List<Panel> panels =
        List.of(
            panel("CPU of the dispatching thread, ns per dispatch", samples, "cpuNanos"),
            panel("End to end, ns per task", samples, "ns"),
            panel("Allocated, bytes per task", samples, "B"),
            retained(samples));
    int bars = panels.stream().mapToInt(panel -> panel.bars().size()).sum();
    Plot plot = new Plot(2 * STEP + bars * STEP + panels.size() * TITLE);
    plot.text("Afterspan beside its peers, " + environment.jdk() + ", " + environment.date(), 20);
    panels.forEach(plot::draw);
    plot.graphics.dispose();
    ImageIO.write(plot.image, "png", file.toFile());
  }

  private static Panel panel(String title, Samples samples, String metric) {
    String benchmark = metric.equals("ns") ? JmhCase.END_TO_END : JmhCase.SUBMIT;
    List<Bar> bars = new ArrayList<>();
    for (PeerKind peer : PeerKind.values()) {
      for (TelemetryKind telemetry : TelemetryKind.values()) {
        Spread value = samples.spread(benchmark, JmhCase.variant(peer, telemetry), metric);
        if (value.isThere()) {
          String name = peer.title() + (peer.hasTelemetry() ? ", " + telemetry : "");
          bars.add(new Bar(name, value, peer.isAfterspan()));
        }
      }
    }
    return new Panel(title, bars);
  }

  private static Panel retained(Samples samples) {
    List<Bar> bars = new ArrayList<>();
    for (PeerKind peer : PeerKind.values()) {
      Spread value = samples.spread(Retained.BENCHMARK, peer.name(), Retained.OWN_REQUEST);
      if (value.isThere()) {
        bars.add(new Bar(peer.title(), value, peer.isAfterspan()));
      }
    }
    return new Panel("Retained by a waiting task with a request of 64 KiB, bytes", bars);
  }

  private void draw(Panel panel) {
    y += TITLE - STEP;
    text(panel.title(), 20);
    // By the medians: one round that went wrong would make all bars but its own invisible.
    double longest = panel.bars().stream().mapToDouble(bar -> bar.value().median()).max().orElse(1);
    double scale = (WIDTH - LEFT - RIGHT) / Math.max(1, longest);
    for (Bar bar : panel.bars()) {
      int end = LEFT + (int) (bar.value().median() * scale);
      graphics.setColor(bar.isOurs() ? OURS : THEIRS);
      graphics.fillRect(LEFT, y, Math.max(1, end - LEFT), BAR);
      graphics.setColor(RANGE);
      int low = LEFT + (int) (bar.value().min() * scale);
      int high = Math.min(WIDTH - RIGHT, LEFT + (int) (bar.value().max() * scale));
      graphics.drawLine(low, y + BAR / 2, high, y + BAR / 2);
      graphics.drawString(bar.name(), 40, y + BAR - 4);
      graphics.drawString(label(bar.value(), scale), Math.max(end, high) + 6, y + BAR - 4);
      y += STEP;
    }
  }

  /** The median; and where the range ends, if that is outside the frame. */
  private static String label(Spread value, double scale) {
    String median = Spread.number(value.median());
    boolean inside = LEFT + value.max() * scale <= WIDTH - RIGHT + 1;
    return inside ? median : median + " (up to " + Spread.number(value.max()) + ")";
  }

  private void text(String text, int x) {
    graphics.setColor(Color.BLACK);
    graphics.drawString(text, x, y + BAR - 4);
    y += STEP;
  }
}
