// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.durable;

/** A payload. */
record Mail(String to, int order) {}
