// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.servlet;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import java.io.IOException;

/** The stream of a {@link GuardedResponse}. After the end, writing would reach somebody else. */
final class GuardedOutputStream extends ServletOutputStream {

  private final ServletOutputStream delegate;
  private volatile boolean buried;

  GuardedOutputStream(ServletOutputStream delegate) {
    this.delegate = delegate;
  }

  boolean guards(ServletOutputStream stream) {
    return delegate == stream;
  }

  void bury() {
    buried = true;
  }

  private ServletOutputStream alive(String member) {
    if (buried) {
      throw Tombstone.usedTooLate("response", member);
    }
    return delegate;
  }

  @Override
  public void write(int value) throws IOException {
    alive("write()").write(value);
  }

  @Override
  public void write(byte[] bytes) throws IOException {
    alive("write()").write(bytes);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    alive("write()").write(bytes, offset, length);
  }

  @Override
  public void print(String value) throws IOException {
    alive("print()").print(value);
  }

  @Override
  public void print(boolean value) throws IOException {
    alive("print()").print(value);
  }

  @Override
  public void print(char value) throws IOException {
    alive("print()").print(value);
  }

  @Override
  public void print(int value) throws IOException {
    alive("print()").print(value);
  }

  @Override
  public void print(long value) throws IOException {
    alive("print()").print(value);
  }

  @Override
  public void print(float value) throws IOException {
    alive("print()").print(value);
  }

  @Override
  public void print(double value) throws IOException {
    alive("print()").print(value);
  }

  @Override
  public void println() throws IOException {
    alive("println()").println();
  }

  @Override
  public void println(String value) throws IOException {
    alive("println()").println(value);
  }

  @Override
  public void println(boolean value) throws IOException {
    alive("println()").println(value);
  }

  @Override
  public void println(char value) throws IOException {
    alive("println()").println(value);
  }

  @Override
  public void println(int value) throws IOException {
    alive("println()").println(value);
  }

  @Override
  public void println(long value) throws IOException {
    alive("println()").println(value);
  }

  @Override
  public void println(float value) throws IOException {
    alive("println()").println(value);
  }

  @Override
  public void println(double value) throws IOException {
    alive("println()").println(value);
  }

  @Override
  public void flush() throws IOException {
    alive("flush()").flush();
  }

  @Override
  public void close() throws IOException {
    alive("close()").close();
  }

  @Override
  public boolean isReady() {
    return alive("isReady()").isReady();
  }

  @Override
  public void setWriteListener(WriteListener listener) {
    alive("setWriteListener()").setWriteListener(listener);
  }
}
