// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
/** An application that dispatches from every place in JAX-RS, each under a path of its own. */
@NullMarked
package io.github.afterspan.it.jaxrs.app;

import org.jspecify.annotations.NullMarked;
