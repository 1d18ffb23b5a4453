// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.example;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where the database of the durable orders is: where the settings say, or in a file of a folder
 * that is there as long as this process is. Confined to the thread that starts the service.
 */
final class OrderDatabase implements AutoCloseable {

  private static final String FILE = "orders.db";
  private static final String SQLITE = "jdbc:sqlite:";

  /** What SQLite needs so that a commit lasts; its own defaults are laxer. */
  private static final String SQLITE_SETTINGS =
      "?journal_mode=WAL&synchronous=FULL&busy_timeout=10000&transaction_mode=IMMEDIATE";

  private final @Nullable Path temporary;
  private final String url;

  private OrderDatabase(@Nullable Path temporary, String url) {
    this.temporary = temporary;
    this.url = url;
  }

  static OrderDatabase of(@Nullable String configured) {
    if (configured != null) {
      return new OrderDatabase(null, withSettings(configured));
    }
    try {
      Path folder = Files.createTempDirectory("afterspan-orders");
      return new OrderDatabase(folder, withSettings(SQLITE + folder.resolve(FILE)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String withSettings(String url) {
    return url.startsWith(SQLITE) && url.indexOf('?') < 0 ? url + SQLITE_SETTINGS : url;
  }

  String url() {
    return url;
  }

  @Override
  public void close() throws IOException {
    if (temporary != null) {
      for (String suffix : List.of("", "-wal", "-shm")) {
        Files.deleteIfExists(temporary.resolve(FILE + suffix));
      }
      Files.deleteIfExists(temporary);
    }
  }
}
