// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it.contract;

import io.github.afterspan.it.Container;
import java.util.Map;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Timeout;

/**
 * The contract of the servlet side, to be run on a container by a small subclass.
 *
 * <pre>{@code
 * class Tomcat11IT extends ContainerContract {
 *   @Override
 *   protected Container container() {
 *     return new Tomcat11();
 *   }
 * }
 * }</pre>
 */
@Timeout(60)
public abstract class ContainerContract {

  /** Made by the engine that runs the tests. */
  protected ContainerContract() {}

  /**
   * Returns a container that was not started yet. Called once for each test.
   *
   * @return a new container
   */
  protected abstract Container container();

  /** Tells what the container shows of a captured request, when nobody guards it. */
  protected enum CapturedRequest {
    /** The request of whoever uses the connection next. */
    NEXT_REQUEST,
    /** An exception. */
    REFUSES,
    /** The request that was captured. */
    STALE
  }

  /**
   * Tells what this container shows of a captured request while the next one is served on the same
   * connection. The control of the guard's tests.
   *
   * @return what it shows without us
   */
  protected abstract CapturedRequest capturedRequestWithoutUs();

  @Nested
  class SynchronousRequests extends SynchronousScenarios {
    @Override
    Container newContainer() {
      return container();
    }
  }

  @Nested
  class AsynchronousRequests extends AsynchronousScenarios {
    @Override
    Container newContainer() {
      return container();
    }
  }

  @Nested
  class Redispatches extends RedispatchScenarios {
    @Override
    Container newContainer() {
      return container();
    }
  }

  @Nested
  class NonBlocking extends NonBlockingScenarios {
    @Override
    Container newContainer() {
      return container();
    }
  }

  @Nested
  class Responses extends ResponseScenarios {
    @Override
    Container newContainer() {
      return container();
    }
  }

  @Nested
  class Success extends SuccessScenarios {
    @Override
    Container newContainer() {
      return container();
    }
  }

  @Nested
  class Connections extends ConnectionScenarios {
    @Override
    Container newContainer() {
      return container();
    }
  }

  @Nested
  class Guard extends GuardScenarios {
    @Override
    Container newContainer() {
      return container();
    }

    @Override
    CapturedRequest withoutUs() {
      return capturedRequestWithoutUs();
    }
  }

  @Nested
  class Undeploy extends UndeployScenarios {
    @Override
    Container newContainer() {
      return container();
    }
  }

  @Nested
  class LastByte extends LastByteScenarios {
    @Override
    Container newContainer() {
      return container();
    }
  }

  @Nested
  class LoadUntilLastByte extends LoadScenarios {
    @Override
    Container newContainer() {
      return container();
    }

    @Override
    Map<String, String> filterParameters() {
      return LastByteScenarios.LAST_BYTE;
    }

    @Override
    int requestsPerClient() {
      return 60;
    }
  }

  @Nested
  class Load extends LoadScenarios {
    @Override
    Container newContainer() {
      return container();
    }
  }
}
