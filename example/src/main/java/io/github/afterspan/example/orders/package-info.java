// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
/**
 * The order service proper; start reading at {@link
 * io.github.afterspan.example.orders.OrderResource}.
 */
@NullMarked
package io.github.afterspan.example.orders;

import org.jspecify.annotations.NullMarked;
