// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
/** An application that a container finds by scanning. */
@NullMarked
package io.github.afterspan.it.jaxrs.annotated;

import org.jspecify.annotations.NullMarked;
