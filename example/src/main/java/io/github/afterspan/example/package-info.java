// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
/**
 * The order service that shows background work behind a response; {@link
 * io.github.afterspan.example.Main} starts it.
 */
@NullMarked
package io.github.afterspan.example;

import org.jspecify.annotations.NullMarked;
