// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it.contract;

import static io.github.afterspan.StartMode.AFTER_SUCCESSFUL_RESPONSE;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.afterspan.TaskState;
import io.github.afterspan.it.Application;
import io.github.afterspan.it.Handler;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.ServletException;
import org.junit.jupiter.api.Test;

/** Tasks that run only if the response was a success. */
abstract class SuccessScenarios extends Scenarios {

  @Test
  void runsTask_whenTheResponseSucceeds() throws Exception {
    assertOutcome(TaskState.SUCCEEDED, 200, (request, response) -> {});
  }

  @Test
  void runsTask_whenTheResponseRedirects() throws Exception {
    assertOutcome(
        TaskState.SUCCEEDED, 302, (request, response) -> response.sendRedirect("/elsewhere"));
  }

  @Test
  void skipsTask_whenTheStatusIsAnError() throws Exception {
    assertOutcome(TaskState.SKIPPED, 400, (request, response) -> response.setStatus(400));
  }

  @Test
  void skipsTask_whenTheHandlerSendsAnError() throws Exception {
    assertOutcome(TaskState.SKIPPED, 404, (request, response) -> response.sendError(404));
  }

  @Test
  void skipsTask_whenTheHandlerThrows() throws Exception {
    assertOutcome(
        TaskState.SKIPPED,
        500,
        (request, response) -> {
          throw new Expected();
        });
  }

  @Test
  void skipsTask_whenTheHandlerThrowsAfterHavingAnswered() throws Exception {
    assertOutcome(
        TaskState.SKIPPED,
        200,
        (request, response) -> {
          response.setContentLength(2);
          response.getOutputStream().print("ok");
          response.flushBuffer();
          throw new Expected();
        });
  }

  @Test
  void runsTask_whenTheHandlerCatchesWhatAnIncludeThrows() throws Exception {
    assertOutcome(
        TaskState.SUCCEEDED,
        200,
        (request, response) -> {
          try {
            request.getRequestDispatcher("/throws").include(request, response);
          } catch (ServletException | RuntimeException e) {
            response.getOutputStream().print("instead");
          }
        });
  }

  @Test
  void runsTask_whenAsynchronousProcessingSucceeds() throws Exception {
    assertOutcome(
        TaskState.SUCCEEDED,
        202,
        (request, response) -> {
          AsyncContext async = request.startAsync();
          async.start(
              () -> {
                response.setStatus(202);
                async.complete();
              });
        });
  }

  @Test
  void skipsTask_whenAsynchronousProcessingAnswersAnError() throws Exception {
    assertOutcome(
        TaskState.SKIPPED,
        503,
        (request, response) -> {
          AsyncContext async = request.startAsync();
          async.start(
              () -> {
                response.setStatus(503);
                async.complete();
              });
        });
  }

  @Test
  void skipsTask_whenAsynchronousProcessingTimesOut() throws Exception {
    assertOutcome(
        TaskState.SKIPPED, 500, (request, response) -> request.startAsync().setTimeout(200));
  }

  @Test
  void skipsTask_whenTheHandlerThrowsAfterHavingStartedAsynchronously() throws Exception {
    assertOutcome(
        TaskState.SKIPPED,
        500,
        (request, response) -> {
          request.startAsync();
          throw new Expected();
        });
  }

  private void assertOutcome(TaskState expected, int expectedStatus, Handler ending)
      throws Exception {
    int port =
        start(
            new Application()
                .servlet(
                    "/one",
                    handler(
                        "handler",
                        (request, response) -> {
                          dispatch(request, "if all is well", AFTER_SUCCESSFUL_RESPONSE);
                          assertWaiting(request, "if all is well");
                          ending.handle(request, response);
                        }))
                .servlet(
                    "/throws",
                    handler(
                        "throws",
                        (request, response) -> {
                          throw new Expected();
                        })));

    assertThat(connect(port).get("/one").status()).isEqualTo(expectedStatus);

    assertThat(outcome("if all is well")).isEqualTo(expected);
    container.undeploy();
    assertThat(runs("if all is well")).isEqualTo(expected == TaskState.SUCCEEDED ? 1 : 0);
    assertNothingFailed();
  }
}
