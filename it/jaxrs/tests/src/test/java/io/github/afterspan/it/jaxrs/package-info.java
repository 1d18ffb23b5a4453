// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
/** The JAX-RS implementations, each in the WEB-INF/lib of applications on real containers. */
@NullMarked
package io.github.afterspan.it.jaxrs;

import org.jspecify.annotations.NullMarked;
