// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
/**
 * The JAX-RS side: {@link io.github.afterspan.jaxrs.BackgroundDispatchFeature} makes
 * {@code @Context BackgroundDispatcher} work in resources and providers.
 */
@NullMarked
package io.github.afterspan.jaxrs;

import org.jspecify.annotations.NullMarked;
