// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.servlet;

import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import java.io.IOException;

/** The body of a {@link GuardedRequest}. After the end, reading would take somebody else's body. */
final class GuardedInputStream extends ServletInputStream {

  private final ServletInputStream delegate;
  private volatile boolean buried;

  GuardedInputStream(ServletInputStream delegate) {
    this.delegate = delegate;
  }

  boolean guards(ServletInputStream stream) {
    return delegate == stream;
  }

  void bury() {
    buried = true;
  }

  private ServletInputStream alive(String member) {
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
  public int read(byte[] bytes) throws IOException {
    return alive("read()").read(bytes);
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    return alive("read()").read(bytes, offset, length);
  }

  @Override
  public byte[] readAllBytes() throws IOException {
    return alive("readAllBytes()").readAllBytes();
  }

  @Override
  public byte[] readNBytes(int length) throws IOException {
    return alive("readNBytes()").readNBytes(length);
  }

  @Override
  public int readNBytes(byte[] bytes, int offset, int length) throws IOException {
    return alive("readNBytes()").readNBytes(bytes, offset, length);
  }

  @Override
  public int readLine(byte[] bytes, int offset, int length) throws IOException {
    return alive("readLine()").readLine(bytes, offset, length);
  }

  @Override
  public long skip(long count) throws IOException {
    return alive("skip()").skip(count);
  }

  @Override
  public int available() throws IOException {
    return alive("available()").available();
  }

  @Override
  public void close() throws IOException {
    alive("close()").close();
  }

  @Override
  public boolean markSupported() {
    return alive("markSupported()").markSupported();
  }

  @Override
  @SuppressWarnings("UnsynchronizedOverridesSynchronized") // it guards nothing of its own
  public void mark(int limit) {
    alive("mark()").mark(limit);
  }

  @Override
  @SuppressWarnings("UnsynchronizedOverridesSynchronized")
  public void reset() throws IOException {
    alive("reset()").reset();
  }

  @Override
  public boolean isFinished() {
    return alive("isFinished()").isFinished();
  }

  @Override
  public boolean isReady() {
    return alive("isReady()").isReady();
  }

  @Override
  public void setReadListener(ReadListener listener) {
    alive("setReadListener()").setReadListener(listener);
  }
}
