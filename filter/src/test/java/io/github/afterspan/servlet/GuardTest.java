// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.servlet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.afterspan.BackgroundWorkers;
import io.github.afterspan.DispatchedTask;
import io.opentelemetry.api.OpenTelemetry;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringReader;
import java.io.StringWriter;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a request and a response answer before and after their exchange, with fakes behind them. */
@Timeout(60)
class GuardTest {

  private final StringWriter written = new StringWriter();
  private final Guard guard =
      new Guard(
          fake(
              HttpServletRequest.class,
              Map.of(
                  "getHeader",
                  "bob",
                  "isAsyncStarted",
                  false,
                  "getInputStream",
                  new EmptyInput(),
                  "getReader",
                  new BufferedReader(new StringReader("body")))),
          fake(
              HttpServletResponse.class,
              Map.of(
                  "getStatus", 200,
                  "getOutputStream", new NoOutput(),
                  "getWriter", new PrintWriter(written))));

  @Test
  void answersAsTheContainer_duringTheExchange() throws IOException {
    assertThat(guard.request.getHeader("X-User")).isEqualTo("bob");
    assertThat(guard.request.getReader().readLine()).isEqualTo("body");
    assertThat(guard.request.getReader()).isSameAs(guard.request.getReader());
    assertThat(guard.request.getInputStream()).isSameAs(guard.request.getInputStream());
    guard.response.getWriter().print("answer");
    guard.response.getWriter().println(1);
    assertThat(written).hasToString("answer1" + System.lineSeparator());
    assertThat(guard.response.getOutputStream()).isSameAs(guard.response.getOutputStream());
  }

  @Test
  void throws_afterTheExchange() {
    guard.buryUnlessAsync();
    assertThatThrownBy(() -> guard.request.getHeader("X-User"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "getHeader(): this thread used a request whose exchange is over, when the container may"
                + " be serving somebody else with it; copy the values you need before dispatching");
    assertThatThrownBy(() -> guard.response.setStatus(418))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith("setStatus(): this thread used a response whose exchange is over");
  }

  @Test
  void namesTheTaskThatIsAtIt() {
    guard.buryUnlessAsync();
    try (BackgroundWorkers workers = BackgroundWorkers.onCallingThread(OpenTelemetry.noop())) {
      DispatchedTask task =
          workers.dispatcher().dispatch("mail", () -> guard.request.getHeader("X-User"));
      assertThat(task.completion().toCompletableFuture())
          .isCompletedExceptionally()
          .failsWithin(java.time.Duration.ofSeconds(10))
          .withThrowableOfType(java.util.concurrent.ExecutionException.class)
          .withMessageContaining("getHeader(): task \"mail\" used a request");
    }
  }

  /** Every method that can be called on a stream or writer kept from before must refuse. */
  @ParameterizedTest
  @MethodSource("kept")
  void everyMethodThrowsOnWhatWasKept_afterTheExchange(Class<?> declaring) throws Exception {
    Object kept = keptAs(declaring);
    guard.buryUnlessAsync();
    for (Method method : declaring.getMethods()) {
      if (Modifier.isStatic(method.getModifiers()) || OF_ANY_OBJECT.contains(method.getName())) {
        continue;
      }
      assertThatThrownBy(() -> call(kept, method))
          .as(method.toString())
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("whose exchange is over");
    }
  }

  private static final List<String> OF_ANY_OBJECT =
      List.of(
          "equals",
          "hashCode",
          "toString",
          "getClass",
          "wait",
          "notify",
          "notifyAll",
          // Calls read() for a positive count, and there is nothing to refuse for a null target.
          "skipNBytes",
          "transferTo");

  static Stream<Class<?>> kept() {
    return Stream.of(
        ServletInputStream.class,
        BufferedReader.class,
        ServletOutputStream.class,
        PrintWriter.class);
  }

  private Object keptAs(Class<?> type) throws IOException {
    if (type == ServletInputStream.class) {
      return guard.request.getInputStream();
    } else if (type == BufferedReader.class) {
      return guard.request.getReader();
    } else if (type == ServletOutputStream.class) {
      return guard.response.getOutputStream();
    }
    return guard.response.getWriter();
  }

  @Test
  void isNotBuried_whenTheExchangeWentAsync() {
    guard.request.startAsync();
    guard.buryUnlessAsync();
    assertThat(guard.request.getHeader("X-User")).isEqualTo("bob");
  }

  @Test
  void isNotBuried_whenTheConnectionWasUpgraded() {
    Guard upgraded =
        new Guard(
            fake(HttpServletRequest.class, Map.of("getHeader", "bob", "isAsyncStarted", false)),
            fake(HttpServletResponse.class, Map.of("getStatus", 101)));
    upgraded.buryUnlessAsync();
    assertThat(upgraded.request.getHeader("X-User")).isEqualTo("bob");
  }

  private static Object call(Object target, Method method) throws Throwable {
    Object[] arguments = new Object[method.getParameterCount()];
    for (int i = 0; i < arguments.length; i++) {
      arguments[i] = value(method.getParameterTypes()[i]);
    }
    try {
      return method.invoke(target, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  private static Object value(Class<?> type) {
    if (type == boolean.class) {
      return true;
    } else if (type == char.class) {
      return 'c';
    } else if (type == long.class) {
      return 1L;
    } else if (type == float.class) {
      return 1f;
    } else if (type == double.class) {
      return 1d;
    } else if (type == byte[].class) {
      return new byte[1];
    } else if (type == char[].class) {
      return new char[1];
    } else if (type == Object[].class) {
      return new Object[0];
    } else if (type == java.nio.CharBuffer.class) {
      return java.nio.CharBuffer.allocate(1);
    } else if (type == java.nio.ByteBuffer.class) {
      return java.nio.ByteBuffer.allocate(1);
    } else if (type == java.util.Locale.class) {
      return java.util.Locale.ROOT;
    } else if (type.isInterface() && type != CharSequence.class) {
      return fake(type, Map.of());
    }
    return type == int.class ? (Object) 1 : "text";
  }

  private static <T> T fake(Class<T> type, Map<String, Object> answers) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) -> answers.get(method.getName())));
  }

  private static final class EmptyInput extends ServletInputStream {
    @Override
    public int read() {
      return -1;
    }

    @Override
    public boolean isFinished() {
      return true;
    }

    @Override
    public boolean isReady() {
      return true;
    }

    @Override
    public void setReadListener(jakarta.servlet.ReadListener listener) {}
  }

  private static final class NoOutput extends ServletOutputStream {
    @Override
    public void write(int value) {}

    @Override
    public boolean isReady() {
      return true;
    }

    @Override
    public void setWriteListener(jakarta.servlet.WriteListener listener) {}
  }
}
