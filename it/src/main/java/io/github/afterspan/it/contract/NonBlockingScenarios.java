// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.afterspan.BackgroundDispatcher;
import io.github.afterspan.it.Application;
import io.github.afterspan.it.HttpConnection;
import io.github.afterspan.servlet.BackgroundDispatchFilter;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** Requests that are read and written in callbacks of the container. */
abstract class NonBlockingScenarios extends OffThreadScenarios {

  @Test
  void runsTasks_whenTheRequestIsReadAndWrittenWithoutBlocking() throws Exception {
    int port =
        start(
            new Application()
                .servlet(
                    "/echo",
                    handler(
                        "handler",
                        (request, response) -> {
                          dispatchAfter(request, "after");
                          AsyncContext async = request.startAsync();
                          Echo echo = new Echo(async, BackgroundDispatchFilter.dispatcher(request));
                          request.getInputStream().setReadListener(echo);
                        })));

    HttpConnection connection = connect(port);
    connection.sendRaw("POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nhello");
    receiver.awaitSpan("server");
    connection.sendRaw("world");

    assertThat(connection.receive().body()).isEqualTo("helloworld");
    assertRanOnce("after", "all read", "writable");
    assertChild("server", "all read");
  }

  /** Writes back what it has read, dispatching from the container's callbacks. */
  private final class Echo implements ReadListener, WriteListener {
    private final AsyncContext async;
    private final BackgroundDispatcher background;
    private final ServletInputStream in;
    private final StringBuilder read = new StringBuilder();

    Echo(AsyncContext async, BackgroundDispatcher background) throws IOException {
      this.async = async;
      this.background = background;
      this.in = ((HttpServletRequest) async.getRequest()).getInputStream();
    }

    @Override
    public void onDataAvailable() throws IOException {
      while (in.isReady() && !in.isFinished()) {
        int next = in.read();
        if (next >= 0) {
          read.append((char) next);
        }
      }
    }

    @Override
    public void onAllDataRead() throws IOException {
      dispatchUnchecked(background, "all read");
      async.getResponse().getOutputStream().setWriteListener(this);
    }

    @Override
    public void onWritePossible() throws IOException {
      if (async.getResponse().getOutputStream().isReady()) {
        dispatchUnchecked(background, "writable");
        async.getResponse().getOutputStream().print(read.toString());
        async.complete();
      }
    }

    @Override
    public void onError(Throwable e) {
      failure.compareAndSet(null, e);
      async.complete();
    }
  }
}
