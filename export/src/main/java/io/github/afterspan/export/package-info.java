// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
/**
 * The OpenTelemetry SDK's side: sees that the spans of background tasks are exported, or says which
 * are not. Start at {@link io.github.afterspan.export.BackgroundSpanProcessor}; with an
 * autoconfigured SDK or the Java agent there is nothing to call.
 */
@NullMarked
package io.github.afterspan.export;

import org.jspecify.annotations.NullMarked;
