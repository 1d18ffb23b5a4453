// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.servlet;

import io.github.afterspan.BackgroundDispatcher;
import io.github.afterspan.BackgroundWorkers;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.http.HttpFilter;

/** Skeleton: the signatures of the filter, which replaces this file. */
public final class BackgroundDispatchFilter extends HttpFilter {

  private static final long serialVersionUID = 1L;

  /** The request attribute under which the dispatcher of a request is found. */
  public static final String DISPATCHER_ATTRIBUTE = BackgroundDispatcher.class.getName();

  public BackgroundDispatchFilter() {}

  public BackgroundDispatchFilter(BackgroundWorkers workers) {}

  public static BackgroundDispatcher dispatcher(ServletRequest request) {
    throw new UnsupportedOperationException("filter not there yet");
  }
}
