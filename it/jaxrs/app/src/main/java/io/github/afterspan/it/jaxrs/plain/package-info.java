// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
/** An application that knows nothing of ours. */
@NullMarked
package io.github.afterspan.it.jaxrs.plain;

import org.jspecify.annotations.NullMarked;
