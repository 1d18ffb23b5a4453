// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
/**
 * The servlet side: {@link io.github.afterspan.durable.servlet.DurableContextListener} makes the
 * workers of an application known to its servlets and resources.
 */
@NullMarked
package io.github.afterspan.durable.servlet;

import org.jspecify.annotations.NullMarked;
