// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.servlet;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import java.io.BufferedReader;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The request that the application is given: the container's own until its exchange is over, and a
 * {@link Tombstone} from then on. The container's may then belong to somebody else.
 *
 * <p>What was got from it before is a separate object: the stream and the reader are guarded too,
 * the session is not, since it outlives the request by right.
 */
final class GuardedRequest extends HttpServletRequestWrapper {

  private @Nullable GuardedInputStream stream;
  private @Nullable GuardedReader reader;
  private volatile boolean wentAsync;

  GuardedRequest(HttpServletRequest request) {
    super(request);
  }

  /** Whether asynchronous processing was ever started through this. */
  boolean wentAsync() {
    return wentAsync;
  }

  /** Ends it. Seen by other threads as soon as they synchronise with this one in any way. */
  void bury() {
    setRequest(Tombstone.REQUEST);
    if (stream != null) {
      stream.bury();
    }
    if (reader != null) {
      reader.bury();
    }
  }

  @Override
  public AsyncContext startAsync() {
    wentAsync = true;
    return super.startAsync();
  }

  @Override
  public AsyncContext startAsync(ServletRequest request, ServletResponse response) {
    wentAsync = true;
    return super.startAsync(request, response);
  }

  @Override
  public ServletInputStream getInputStream() throws IOException {
    ServletInputStream delegate = super.getInputStream();
    if (stream == null || !stream.guards(delegate)) {
      stream = new GuardedInputStream(delegate);
    }
    return stream;
  }

  @Override
  public BufferedReader getReader() throws IOException {
    BufferedReader delegate = super.getReader();
    if (reader == null || !reader.guards(delegate)) {
      reader = new GuardedReader(delegate);
    }
    return reader;
  }
}
