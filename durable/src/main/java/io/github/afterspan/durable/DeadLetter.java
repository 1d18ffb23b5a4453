// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.durable;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A job that was given up, and is kept. See {@link DurableWorkers#deadLetters(int)}. Immutable,
 * safe for use by several threads.
 *
 * @param letterId names the letter among all others
 * @param handler the name of the job's handler
 * @param jobId the job's id
 * @param reason why it was given up
 * @param attempts how many attempts were made
 * @param diedAt when it was given up
 * @param payload its JSON; null if what was stored can't be read
 */
public record DeadLetter(
    String letterId,
    String handler,
    String jobId,
    String reason,
    int attempts,
    Instant diedAt,
    @Nullable String payload) {}
