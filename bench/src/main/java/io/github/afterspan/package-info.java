// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
/** Benchmarks of what no other package sees. */
@org.jspecify.annotations.NullMarked
package io.github.afterspan;
