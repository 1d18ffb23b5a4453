// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.servlet;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.CharBuffer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The reader of a {@link GuardedRequest}; buffers nothing of its own. */
final class GuardedReader extends BufferedReader {

  private final BufferedReader delegate;
  private volatile boolean buried;

  GuardedReader(BufferedReader delegate) {
    super(delegate, 1);
    this.delegate = delegate;
  }

  boolean guards(BufferedReader reader) {
    return delegate == reader;
  }

  void bury() {
    buried = true;
  }

  private BufferedReader alive(String member) {
    if (buried) {
      throw Tombstone.usedTooLate("request body", member);
    }
    return delegate;
  }

  @Override
  public int read() throws IOException {
    return alive("read()").read();
  }

  @Override
  public int read(char[] chars) throws IOException {
    return alive("read()").read(chars);
  }

  @Override
  public int read(char[] chars, int offset, int length) throws IOException {
    return alive("read()").read(chars, offset, length);
  }

  @Override
  public int read(CharBuffer target) throws IOException {
    return alive("read()").read(target);
  }

  @Override
  public @Nullable String readLine() throws IOException {
    return alive("readLine()").readLine();
  }

  @Override
  public Stream<String> lines() {
    return alive("lines()").lines();
  }

  @Override
  public long skip(long count) throws IOException {
    return alive("skip()").skip(count);
  }

  @Override
  public boolean ready() throws IOException {
    return alive("ready()").ready();
  }

  @Override
  public boolean markSupported() {
    return alive("markSupported()").markSupported();
  }

  @Override
  public void mark(int limit) throws IOException {
    alive("mark()").mark(limit);
  }

  @Override
  public void reset() throws IOException {
    alive("reset()").reset();
  }

  @Override
  public void close() throws IOException {
    alive("close()").close();
  }
}
