// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
/**
 * What a dispatch costs, beside what its peers cost. Start at {@link
 * io.github.afterspan.bench.Main}.
 */
@org.jspecify.annotations.NullMarked
package io.github.afterspan.bench;
