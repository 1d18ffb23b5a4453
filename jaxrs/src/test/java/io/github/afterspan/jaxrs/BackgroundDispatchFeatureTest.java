// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.jaxrs;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.ws.rs.core.Configuration;
import jakarta.ws.rs.core.FeatureContext;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class BackgroundDispatchFeatureTest {

  @Test
  void registersNothingAndWarns_whenImplementationIsUnknown() {
    List<String> calls = new CopyOnWriteArrayList<>();
    Configuration configuration = proxy(Configuration.class, null, calls);
    FeatureContext context = proxy(FeatureContext.class, configuration, calls);
    Logger logger = Logger.getLogger("io.github.afterspan.jaxrs");
    Lines lines = new Lines();
    logger.addHandler(lines);

    boolean installed = new BackgroundDispatchFeature().configure(context);
    logger.removeHandler(lines);

    assertThat(installed).isFalse();
    assertThat(calls).containsOnly("getConfiguration");
    assertThat(lines.lines)
        .containsExactly(
            "@Context BackgroundDispatcher works on Jersey with HK2, RESTEasy and CXF, not on "
                + configuration.getClass().getName()
                + "; use BackgroundDispatchFilter.dispatcher(request) instead");
  }

  /** An implementation that nobody knows: notes what it is called, and answers one thing. */
  private static <T> T proxy(Class<T> type, Object answer, List<String> calls) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (self, method, arguments) -> {
              calls.add(method.getName());
              return answer;
            }));
  }

  private static final class Lines extends Handler {

    private final List<String> lines = new CopyOnWriteArrayList<>();

    @Override
    public void publish(LogRecord line) {
      lines.add(new SimpleFormatter().formatMessage(line));
    }

    @Override
    public void flush() {
      // Nothing is kept back.
    }

    @Override
    public void close() {
      // Nothing to close.
    }
  }
}
