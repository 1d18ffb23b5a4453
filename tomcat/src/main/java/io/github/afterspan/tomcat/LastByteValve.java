// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.tomcat;

import jakarta.servlet.ServletException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.apache.catalina.AccessLog;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ValveBase;

/**
 * Tells the filter, on Tomcat, when the last byte of a response has gone: for applications that set
 * the filter's init-param {@code after-response} to {@code last-byte}. Tomcat tells nobody but its
 * access logs, so this is one, which logs nothing.
 *
 * <p>In a {@code Host} or {@code Context} of Tomcat's configuration, with this jar in Tomcat's
 * {@code lib}:
 *
 * <pre>{@code
 * <Valve className="io.github.afterspan.tomcat.LastByteValve"/>
 * }</pre>
 *
 * <p>or {@code context.getPipeline().addValve(new LastByteValve())} in a program. What runs at the
 * end of an exchange runs on Tomcat's thread; the filter only hands tasks to its workers there.
 *
 * <p>Safe for use by several threads.
 */
public final class LastByteValve extends ValveBase implements AccessLog {

  /** Known to the filter by this name, since the two may be in different class loaders. */
  private static final String ATTRIBUTE = LastByteValve.class.getName();

  /** Makes a valve; Tomcat calls this. */
  public LastByteValve() {
    super(true);
  }

  @Override
  public void invoke(Request request, Response response) throws IOException, ServletException {
    if (!(request.getAttribute(ATTRIBUTE) instanceof AtEnd)) { // passed again when dispatched
      request.setAttribute(ATTRIBUTE, new AtEnd());
    }
    getNext().invoke(request, response);
  }

  /**
   * Runs what waits for the end of the exchange. Called by Tomcat once the response is finished.
   */
  @Override
  public void log(Request request, Response response, long time) {
    if (request.getAttribute(ATTRIBUTE) instanceof AtEnd atEnd) {
      request.removeAttribute(ATTRIBUTE);
      atEnd.run();
    }
  }

  /** Has no effect: there is nothing to be logged. */
  @Override
  public void setRequestAttributesEnabled(boolean enabled) {}

  @Override
  public boolean getRequestAttributesEnabled() {
    return false;
  }

  /** What waits for the end of one exchange. Added to and run by one container thread at a time. */
  private static final class AtEnd implements Consumer<Runnable> {

    private final List<Runnable> waiting = new ArrayList<>(1);

    @Override
    public synchronized void accept(Runnable waits) {
      waiting.add(waits);
    }

    synchronized void run() {
      waiting.forEach(Runnable::run);
    }
  }
}
