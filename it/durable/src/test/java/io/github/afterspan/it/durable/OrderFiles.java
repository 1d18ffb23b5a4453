// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it.durable;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.file.StandardOpenOption.APPEND;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What was said to clients, in files outside the database, which outlive the process.
 *
 * @param acknowledged the ids of orders that were committed, written after the commit
 * @param rolledBack the ids of orders that are about to be rolled back
 */
record OrderFiles(Path acknowledged, Path rolledBack) {

  private static final int ID_LENGTH = 36;

  static OrderFiles in(Path directory) {
    return new OrderFiles(directory.resolve("acknowledged"), directory.resolve("rolled-back"));
  }

  static void append(Path file, String id) throws IOException {
    try (FileChannel channel = FileChannel.open(file, CREATE, WRITE, APPEND)) {
      channel.write(ByteBuffer.wrap((id + "\n").getBytes(US_ASCII)));
    }
  }

  /** The whole ids in a file. */
  static List<String> ids(Path file) throws IOException {
    if (!Files.exists(file)) {
      return List.of();
    }
    return Files.readString(file, US_ASCII)
        .lines()
        .filter(line -> line.length() == ID_LENGTH)
        .toList();
  }
}
