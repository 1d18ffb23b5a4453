// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
/** Durable jobs in several JVMs, some of which are killed. */
@NullMarked
package io.github.afterspan.it.durable;

import org.jspecify.annotations.NullMarked;
