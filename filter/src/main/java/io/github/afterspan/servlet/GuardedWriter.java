// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.servlet;

import java.io.PrintWriter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The writer of a {@link GuardedResponse}. Everything goes to the container's own writer, which has
 * rules of its own for locales and errors.
 */
final class GuardedWriter extends PrintWriter {

  private final PrintWriter delegate;
  private volatile boolean buried;

  GuardedWriter(PrintWriter delegate) {
    super(delegate);
    this.delegate = delegate;
  }

  boolean guards(PrintWriter writer) {
    return delegate == writer;
  }

  void bury() {
    buried = true;
  }

  private PrintWriter alive(String member) {
    if (buried) {
      throw Tombstone.usedTooLate("response", member);
    }
    return delegate;
  }

  @Override
  public void write(int value) {
    alive("write()").write(value);
  }

  @Override
  public void write(char[] chars) {
    alive("write()").write(chars);
  }

  @Override
  public void write(char[] chars, int offset, int length) {
    alive("write()").write(chars, offset, length);
  }

  @Override
  public void write(String text) {
    alive("write()").write(text);
  }

  @Override
  public void write(String text, int offset, int length) {
    alive("write()").write(text, offset, length);
  }

  @Override
  public void print(boolean value) {
    alive("print()").print(value);
  }

  @Override
  public void print(char value) {
    alive("print()").print(value);
  }

  @Override
  public void print(int value) {
    alive("print()").print(value);
  }

  @Override
  public void print(long value) {
    alive("print()").print(value);
  }

  @Override
  public void print(float value) {
    alive("print()").print(value);
  }

  @Override
  public void print(double value) {
    alive("print()").print(value);
  }

  @Override
  public void print(char[] value) {
    alive("print()").print(value);
  }

  @Override
  public void print(@Nullable String value) {
    alive("print()").print(value);
  }

  @Override
  public void print(@Nullable Object value) {
    alive("print()").print(value);
  }

  @Override
  public void println() {
    alive("println()").println();
  }

  @Override
  public void println(boolean value) {
    alive("println()").println(value);
  }

  @Override
  public void println(char value) {
    alive("println()").println(value);
  }

  @Override
  public void println(int value) {
    alive("println()").println(value);
  }

  @Override
  public void println(long value) {
    alive("println()").println(value);
  }

  @Override
  public void println(float value) {
    alive("println()").println(value);
  }

  @Override
  public void println(double value) {
    alive("println()").println(value);
  }

  @Override
  public void println(char[] value) {
    alive("println()").println(value);
  }

  @Override
  public void println(@Nullable String value) {
    alive("println()").println(value);
  }

  @Override
  public void println(@Nullable Object value) {
    alive("println()").println(value);
  }

  @Override
  public PrintWriter printf(String format, @Nullable Object... arguments) {
    PrintWriter unused = alive("printf()").printf(format, arguments);
    return this;
  }

  @Override
  public PrintWriter printf(@Nullable Locale locale, String format, @Nullable Object... arguments) {
    PrintWriter unused = alive("printf()").printf(locale, format, arguments);
    return this;
  }

  @Override
  public PrintWriter format(String format, @Nullable Object... arguments) {
    PrintWriter unused = alive("format()").format(format, arguments);
    return this;
  }

  @Override
  public PrintWriter format(@Nullable Locale locale, String format, @Nullable Object... arguments) {
    PrintWriter unused = alive("format()").format(locale, format, arguments);
    return this;
  }

  @Override
  public PrintWriter append(@Nullable CharSequence text) {
    PrintWriter unused = alive("append()").append(text);
    return this;
  }

  @Override
  public PrintWriter append(@Nullable CharSequence text, int start, int end) {
    PrintWriter unused = alive("append()").append(text, start, end);
    return this;
  }

  @Override
  public PrintWriter append(char value) {
    PrintWriter unused = alive("append()").append(value);
    return this;
  }

  @Override
  public void flush() {
    alive("flush()").flush();
  }

  @Override
  public void close() {
    alive("close()").close();
  }

  @Override
  public boolean checkError() {
    return alive("checkError()").checkError();
  }
}
