// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.example.http;

import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * Refuses bodies of more than {@value #MAX_BYTES} bytes with 413, whether or not they say so
 * beforehand. Safe for use by several threads.
 */
public final class BodyLimit implements ContainerRequestFilter {

  /** The most bytes of a body: {@value}. */
  public static final int MAX_BYTES = 16 * 1024;

  @Override
  public void filter(ContainerRequestContext request) {
    if (request.getLength() > MAX_BYTES) {
      throw tooLarge();
    }
    request.setEntityStream(new LimitedStream(request.getEntityStream()));
  }

  private static ProblemException tooLarge() {
    return new ProblemException(
        Problem.of(413, "the body must be at most " + MAX_BYTES + " bytes"));
  }

  private static final class LimitedStream extends FilterInputStream {
    private int left = MAX_BYTES;

    LimitedStream(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      int read = super.read();
      count(read < 0 ? 0 : 1);
      return read;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      int read = super.read(buffer, offset, length);
      count(Math.max(read, 0));
      return read;
    }

    private void count(int read) {
      left -= read;
      if (left < 0) {
        throw tooLarge();
      }
    }
  }
}
