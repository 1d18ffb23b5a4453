// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it.contract;

import static io.github.afterspan.StartMode.AFTER_RESPONSE;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.afterspan.it.Application;
import io.github.afterspan.it.Container;
import io.github.afterspan.it.Handler;
import io.github.afterspan.it.HttpConnection;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What clients see of us: nothing. */
abstract class ResponseScenarios extends Scenarios {

  @Test
  void leavesTheResponseAsItIsWithoutUs_whateverItsForm() throws Exception {
    List<Handler> forms =
        List.of(
            (request, response) -> response.getWriter().print("short"),
            (request, response) -> response.getWriter().print("long".repeat(50_000)),
            (request, response) -> response.setStatus(204),
            (request, response) -> response.flushBuffer(),
            (request, response) -> {
              response.setContentLength(2);
              response.getOutputStream().print("ok");
            },
            (request, response) -> response.sendError(404),
            (request, response) -> {
              throw new Expected();
            });
    Application with = new Application();
    Application without = new Application();
    for (int i = 0; i < forms.size(); i++) {
      Handler form = forms.get(i);
      without.servlet("/" + i, form);
      String after = "after" + i;
      with.servlet(
          "/" + i,
          (request, response) -> {
            dispatch(request, after, AFTER_RESPONSE);
            form.handle(request, response);
          });
    }
    Container bare = closing(newContainer());
    int portWithout = bare.start(without);
    int portWith = start(with);

    for (int i = 0; i < forms.size(); i++) {
      assertThat(withoutChangingParts(connect(portWith).get("/" + i)))
          .isEqualTo(withoutChangingParts(connect(portWithout).get("/" + i)));
    }
  }

  private static String withoutChangingParts(HttpConnection.Response response) {
    String raw = response.raw().replaceAll("(?m)^Date: .*$", "");
    // Error pages of containers show the stack, which has our filter in it.
    return response.status() == 500 ? raw.substring(0, raw.indexOf("\r\n")) : raw;
  }
}
