// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.durable;

/**
 * What came of storing a job. Immutable, safe for use by several threads.
 *
 * @param handler the name of its handler
 * @param id its key, or a random UUID if it has none
 * @param isDuplicate whether a job of that key was there already, so that none was stored
 */
public record EnqueuedJob(String handler, String id, boolean isDuplicate) {}
