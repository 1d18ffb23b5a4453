// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
/**
 * The servlet side: {@link io.github.afterspan.servlet.BackgroundDispatchFilter} gives each request
 * its {@link io.github.afterspan.BackgroundDispatcher}, and drains the workers at undeploy.
 */
@NullMarked
package io.github.afterspan.servlet;

import org.jspecify.annotations.NullMarked;
