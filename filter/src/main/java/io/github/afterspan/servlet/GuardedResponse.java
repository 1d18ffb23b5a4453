// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.servlet;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.io.IOException;
import java.io.PrintWriter;
import org.jspecify.annotations.Nullable;

/**
 * The response that the application is given: the container's own until its exchange is over, and a
 * {@link Tombstone} from then on. The container's may then be on its way to somebody else.
 */
final class GuardedResponse extends HttpServletResponseWrapper {

  private @Nullable GuardedOutputStream stream;
  private @Nullable GuardedWriter writer;

  GuardedResponse(HttpServletResponse response) {
    super(response);
  }

  /** Ends it. Seen by other threads as soon as they synchronise with this one in any way. */
  void bury() {
    setResponse(Tombstone.RESPONSE);
    if (stream != null) {
      stream.bury();
    }
    if (writer != null) {
      writer.bury();
    }
  }

  @Override
  public ServletOutputStream getOutputStream() throws IOException {
    ServletOutputStream delegate = super.getOutputStream();
    if (stream == null || !stream.guards(delegate)) {
      stream = new GuardedOutputStream(delegate);
    }
    return stream;
  }

  @Override
  public PrintWriter getWriter() throws IOException {
    PrintWriter delegate = super.getWriter();
    if (writer == null || !writer.guards(delegate)) {
      writer = new GuardedWriter(delegate);
    }
    return writer;
  }
}
