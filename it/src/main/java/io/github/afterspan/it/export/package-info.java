// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
/** What a process leaves behind when it is told to go. */
@NullMarked
package io.github.afterspan.it.export;

import org.jspecify.annotations.NullMarked;
