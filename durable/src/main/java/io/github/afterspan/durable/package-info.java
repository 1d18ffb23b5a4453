// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
/**
 * Background work that survives a crash and moves to other nodes, kept in the application's own
 * database. Start with {@link io.github.afterspan.durable.DurableWorkers}; request code sees only
 * {@link io.github.afterspan.durable.DurableDispatcher}.
 */
@NullMarked
package io.github.afterspan.durable;

import org.jspecify.annotations.NullMarked;
