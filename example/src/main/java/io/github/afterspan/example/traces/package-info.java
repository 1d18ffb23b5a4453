// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
/** The trace viewer inside the process: an OTLP receiver, a store, Zipkin's UI, and waterfalls. */
@NullMarked
package io.github.afterspan.example.traces;

import org.jspecify.annotations.NullMarked;
