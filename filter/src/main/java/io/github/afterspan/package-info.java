// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
/**
 * Background work that outlives its HTTP request, and whose span still arrives.
 *
 * <p>Start at {@link io.github.afterspan.BackgroundDispatcher}, what request code sees. Whoever
 * owns the threads (a filter, an embedding application, a test) creates {@link
 * io.github.afterspan.BackgroundWorkers}. People with executors of their own need only {@link
 * io.github.afterspan.DetachedContext}.
 */
@NullMarked
package io.github.afterspan;

import org.jspecify.annotations.NullMarked;
