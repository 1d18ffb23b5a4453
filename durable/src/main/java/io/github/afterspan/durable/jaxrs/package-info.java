// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
/**
 * {@code @Context DurableDispatcher}: see {@link
 * io.github.afterspan.durable.jaxrs.DurableDispatchFeature}.
 */
@NullMarked
package io.github.afterspan.durable.jaxrs;

import org.jspecify.annotations.NullMarked;
