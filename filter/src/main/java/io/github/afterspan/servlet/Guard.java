// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.servlet;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

/** What the application is given for one pass through the filter, and takes along at its peril. */
final class Guard {

  final GuardedRequest request;
  final GuardedResponse response;

  Guard(HttpServletRequest request, HttpServletResponse response) {
    this.request = new GuardedRequest(request);
    this.response = new GuardedResponse(response);
  }

  /**
   * Ends both, unless the exchange goes on: on another thread, or on another protocol that the
   * connection was handed to.
   */
  void buryUnlessAsync() {
    if (request.wentAsync()
        || request.isAsyncStarted()
        || response.getStatus() == HttpServletResponse.SC_SWITCHING_PROTOCOLS) {
      return;
    }
    request.bury();
    response.bury();
  }
}
