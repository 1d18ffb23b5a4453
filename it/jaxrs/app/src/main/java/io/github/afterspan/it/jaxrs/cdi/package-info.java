// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
/** Beans of every scope that dispatch. */
@NullMarked
package io.github.afterspan.it.jaxrs.cdi;

import org.jspecify.annotations.NullMarked;
