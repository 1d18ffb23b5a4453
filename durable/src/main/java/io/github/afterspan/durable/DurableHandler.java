// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.durable;

/**
 * Does the work of one kind of job. Registered by name with the type of its payload: {@link
 * DurableWorkers.Builder#handler(String, Class, DurableHandler)}.
 *
 * <pre>{@code
 * DurableHandler<Mail> sendConfirmation = (mail, job) -> mailer.send(job.id(), mail);
 * }</pre>
 *
 * <p>It <b>must be idempotent on {@link DurableJob#id()}</b>: after a crash, and now and then after
 * a long pause of a node, a job runs again, possibly while the first run is still at it.
 *
 * <p>Each attempt has its own timeout: {@link io.github.afterspan.Deadline#current()} tells what is
 * left, and the thread is interrupted when nothing is. An exception means another attempt later, or
 * a dead letter after the last; so does a timeout.
 *
 * <p>Called by several threads at once.
 *
 * @param <T> the type of the payload
 */
@FunctionalInterface
public interface DurableHandler<T> {

  /**
   * Runs one attempt.
   *
   * @param payload what was enqueued, read from JSON
   * @param job which job this is, and which attempt
   * @throws Exception for another attempt later, or a dead letter after the last
   */
  void run(T payload, DurableJob job) throws Exception;
}
