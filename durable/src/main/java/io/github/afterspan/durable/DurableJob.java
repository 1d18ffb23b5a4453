// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.durable;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Which job a handler runs. Immutable, safe for use by several threads.
 *
 * @param id the key it was enqueued with, or else a random UUID; the same for each attempt
 * @param handler the name of its handler
 * @param attempt 1 for the first. An attempt that its JVM did not survive counts, too
 * @param enqueuedAt when it was stored, by the clock of the node that did
 * @param deadline after which it will not be started any more; null for none
 */
public record DurableJob(
    String id, String handler, int attempt, Instant enqueuedAt, @Nullable Instant deadline) {}
