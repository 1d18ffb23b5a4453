// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;

/**
 * Asks a server as fast as it answers, over a few connections and for a given time, from one
 * thread.
 */
final class LoadClient {

  private static final int CONNECTIONS = 32;
  private static final int BUFFER = 4096;
  private static final double P99 = 0.99;
  private static final long SELECT_MILLIS = 1000;
  private static final byte[] REQUEST =
      ("GET " + HttpServer.WORK + " HTTP/1.1\r\nHost: localhost\r\n\r\n")
          .getBytes(StandardCharsets.US_ASCII);
  private static final byte[] END = "\r\n\r\nok".getBytes(StandardCharsets.US_ASCII);

  /**
   * What a run came to.
   *
   * @param requests how many were answered
   * @param p99Nanos what 99 of 100 were faster than
   * @param cpuNanos what the server's process used of its processors
   * @param allocated what its threads allocated, in bytes
   */
  record Outcome(int requests, long p99Nanos, long cpuNanos, long allocated) {}

  private final int port;
  private final HttpClient control = HttpClient.newHttpClient();
  private long[] latencies = new long[1 << 16];
  private int answered;

  LoadClient(int port) {
    this.port = port;
  }

  /** Runs for so long. */
  Outcome run(Duration duration) throws IOException, InterruptedException {
    long[] before = usage();
    answered = 0;
    load(System.nanoTime() + duration.toNanos());
    long[] after = usage();
    Arrays.sort(latencies, 0, answered);
    long p99 = latencies[(int) (P99 * (answered - 1))];
    return new Outcome(answered, p99, after[0] - before[0], after[1] - before[1]);
  }

  private long[] usage() throws IOException, InterruptedException {
    URI uri = URI.create("http://127.0.0.1:" + port + HttpServer.USAGE);
    String answer =
        control
            .send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString())
            .body();
    return Arrays.stream(answer.split(" ", -1)).mapToLong(Long::parseLong).toArray();
  }

  private void load(long end) throws IOException {
    try (Selector selector = Selector.open()) {
      try {
        for (int i = 0; i < CONNECTIONS; i++) {
          SocketChannel channel =
              SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
          channel.configureBlocking(false);
          Connection connection = new Connection(channel);
          channel.register(selector, SelectionKey.OP_READ, connection);
          connection.ask();
        }
        while (System.nanoTime() - end < 0) {
          if (selector.select(key -> answer((Connection) key.attachment()), SELECT_MILLIS) == 0) {
            throw new IOException("the server does not answer");
          }
        }
      } finally {
        for (SelectionKey key : selector.keys()) {
          key.channel().close();
        }
      }
    }
  }

  private void answer(Connection connection) {
    try {
      if (connection.isAnswered()) {
        if (answered == latencies.length) {
          latencies = Arrays.copyOf(latencies, 2 * answered);
        }
        latencies[answered++] = System.nanoTime() - connection.asked;
        connection.ask();
      }
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /** One request at a time. */
  private static final class Connection {
    private final SocketChannel channel;
    private final ByteBuffer answer = ByteBuffer.allocate(BUFFER);
    private final ByteBuffer request = ByteBuffer.wrap(REQUEST);
    private long asked;

    Connection(SocketChannel channel) {
      this.channel = channel;
    }

    void ask() throws IOException {
      answer.clear();
      request.rewind();
      asked = System.nanoTime();
      while (request.hasRemaining()) {
        channel.write(request);
      }
    }

    boolean isAnswered() throws IOException {
      if (channel.read(answer) < 0) {
        throw new IOException("the server closed the connection");
      }
      int from = answer.position() - END.length;
      return from >= 0
          && Arrays.equals(answer.array(), from, answer.position(), END, 0, END.length);
    }
  }
}
