// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
/**
 * What the integration tests share: {@link io.github.afterspan.it.OtlpReceiver} receives spans as a
 * tracing backend does, {@link io.github.afterspan.it.Telemetry} is an SDK that exports to it,
 * {@link io.github.afterspan.it.HttpConnection} knows when a response was there.
 */
@NullMarked
package io.github.afterspan.it;

import org.jspecify.annotations.NullMarked;
