// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan;

import static io.github.afterspan.Outcomes.outcome;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.afterspan.WorkerOptions.OnCapture;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpSession;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Proxy;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

@Timeout(60)
class CaptureCheckTest {

  @RegisterExtension final Engine engine = new Engine();

  private final HttpServletRequest request = new Request();

  @Test
  void refusesBodyThatCapturesRequest_whenToFail() {
    BackgroundDispatcher dispatcher = dispatcher(OnCapture.FAIL);
    assertThatThrownBy(() -> dispatcher.dispatch("mail", () -> request.getHeader("a")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("task \"mail\" captures a " + Request.class.getName())
        .hasMessageEndingWith("copy the values you need before dispatching");
  }

  @Test
  void refusesAgain_whenToFail() {
    BackgroundDispatcher dispatcher = dispatcher(OnCapture.FAIL);
    BackgroundTask body = capturing(request);
    for (int i = 0; i < 3; i++) {
      assertThatThrownBy(() -> dispatcher.dispatch("mail", body))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void findsRequestThroughTheFieldsOfOtherObjects() {
    BackgroundDispatcher dispatcher = dispatcher(OnCapture.FAIL);
    Holder holder = new Holder(new Holder(request));
    assertThatThrownBy(() -> dispatcher.dispatch("mail", holder::look))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("through");
  }

  @Test
  void acceptsBodyThatHoldsAnObject_whoseClassNamesATypeThatIsNotThere() throws Exception {
    Object held =
        new WithoutOptional()
            .loadClass(HoldsOptional.class.getName())
            .getDeclaredConstructor()
            .newInstance();
    assertThatThrownBy(() -> held.getClass().getDeclaredFields())
        .isInstanceOf(NoClassDefFoundError.class);
    DispatchedTask task =
        dispatcher(OnCapture.FAIL).dispatch("mail", () -> assertThat(held).isNotNull());
    assertThat(outcome(task)).isEqualTo(TaskState.SUCCEEDED);
  }

  /** Of a library that an application may leave out. */
  static final class Optional {}

  /** Works without it. */
  public static final class HoldsOptional {
    @Nullable Optional optional;

    /** Public, for another class loader's is another package. */
    public HoldsOptional() {}
  }

  private static final class WithoutOptional extends ClassLoader {

    WithoutOptional() {
      super(CaptureCheckTest.class.getClassLoader());
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      if (name.equals(Optional.class.getName())) {
        throw new ClassNotFoundException(name);
      }
      if (!name.equals(HoldsOptional.class.getName())) {
        return super.loadClass(name, resolve);
      }
      try (InputStream in = getResourceAsStream(name.replace('.', '/') + ".class")) {
        byte[] bytes = requireNonNull(in).readAllBytes();
        return defineClass(name, bytes, 0, bytes.length);
      } catch (IOException e) {
        throw new ClassNotFoundException(name, e);
      }
    }
  }

  @Test
  void findsRequestInMethodReferenceAndAnonymousClass() {
    BackgroundDispatcher dispatcher = dispatcher(OnCapture.FAIL);
    assertThatThrownBy(() -> dispatcher.dispatch("mail", request::getMethod))
        .isInstanceOf(IllegalArgumentException.class);
    HttpServletRequest captured = request;
    BackgroundTask anonymous =
        new BackgroundTask() {
          @Override
          public void run() {
            captured.getMethod();
          }
        };
    assertThatThrownBy(() -> dispatcher.dispatch("mail", anonymous))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void findsRequestInCommandOfAnExecutor() {
    HttpServletRequest captured = request;
    assertThatThrownBy(
            () ->
                dispatcher(OnCapture.FAIL)
                    .executor(TaskOptions.named("mail"))
                    .execute(() -> captured.getMethod()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void findsSession() {
    HttpSession session = proxy(HttpSession.class);
    assertThatThrownBy(
            () -> dispatcher(OnCapture.FAIL).dispatch("mail", () -> session.getAttribute("user")))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void warnsOnceForEachCallSite() {
    BackgroundDispatcher dispatcher = dispatcher(OnCapture.WARN);
    for (int i = 0; i < 5; i++) {
      HttpServletRequest captured = request;
      assertThat(dispatcher.dispatch("first", () -> captured.getMethod())).isNotNull();
      assertThat(dispatcher.dispatch("second", () -> captured.getMethod())).isNotNull();
    }
    assertThat(engine.log().warnings("task \"first\" captures")).hasSize(1);
    assertThat(engine.log().warnings("task \"second\" captures")).hasSize(1);
  }

  @Test
  void saysNothing_whenOff() {
    HttpServletRequest captured = request;
    BackgroundDispatcher dispatcher = dispatcher(OnCapture.OFF);
    assertThat(dispatcher.dispatch("mail", () -> captured.getMethod())).isNotNull();
    assertThat(engine.log().warnings("captures")).isEmpty();
  }

  @Test
  void acceptsBodiesThatCaptureValues() {
    BackgroundDispatcher dispatcher = dispatcher(OnCapture.FAIL);
    String email = "a@example.org";
    Holder holder = new Holder(new int[] {1});
    assertThatCode(() -> dispatcher.dispatch("mail", () -> holder.look(email)))
        .doesNotThrowAnyException();
    assertThatCode(() -> dispatcher.dispatch("mail", () -> {})).doesNotThrowAnyException();
  }

  /** What a singleton is injected with is a proxy in one of its fields, and no request. */
  @Test
  void acceptsSingletonWithInjectedProxy() {
    Holder singleton = new Holder(proxy(HttpServletRequest.class));
    assertThatCode(() -> dispatcher(OnCapture.FAIL).dispatch("mail", singleton::look))
        .doesNotThrowAnyException();
  }

  private BackgroundDispatcher dispatcher(OnCapture onCapture) {
    return engine.workers(options -> options.captureCheck(onCapture)).dispatcher();
  }

  private static BackgroundTask capturing(HttpServletRequest captured) {
    return () -> captured.getMethod();
  }

  private static <T> T proxy(Class<T> type) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> null));
  }

  private static final class Request extends HttpServletRequestWrapper {
    Request() {
      super(proxy(HttpServletRequest.class));
    }
  }

  private static final class Holder {
    private final Object held;

    Holder(Object held) {
      this.held = held;
    }

    void look() {
      look("here");
    }

    void look(String where) {
      assertThat(held).as(where).isNotNull();
    }
  }
}
