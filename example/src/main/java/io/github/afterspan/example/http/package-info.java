// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
/** HTTP around the orders: the handler's span, strict JSON, and errors as problem+json. */
@NullMarked
package io.github.afterspan.example.http;

import org.jspecify.annotations.NullMarked;
