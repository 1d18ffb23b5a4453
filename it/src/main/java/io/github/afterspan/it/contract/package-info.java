// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
/**
 * What every servlet container has to show: {@link
 * io.github.afterspan.it.contract.ContainerContract} is run once for each.
 */
@NullMarked
package io.github.afterspan.it.contract;

import org.jspecify.annotations.NullMarked;
