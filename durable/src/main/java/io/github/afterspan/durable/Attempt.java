// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.durable;

import io.github.afterspan.BackgroundTask;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One attempt at a job, as the body of a task: what can't be run at all fails here, so that it has
 * a span like every other failure. Confined to the thread that runs it.
 */
final class Attempt<T> implements BackgroundTask {

  private static final AttributeKey<Double> TIME_IN_QUEUE =
      AttributeKey.doubleKey("afterspan.task.time_in_queue");
  private static final double NANOS_PER_SECOND = 1e9;

  private final Registration<T> registration;
  private final PayloadCodec codec;
  private final String id;
  private final int number;
  private final Instant due;
  private final @Nullable Envelope envelope;
  private final @Nullable Exception unreadable;
  private @Nullable Throwable failure;

  Attempt(Registration<T> registration, PayloadCodec codec, StoredJob job) {
    this.registration = registration;
    this.codec = codec;
    this.id = job.id();
    this.number = job.attempt();
    this.due = job.due();
    this.envelope = job.envelope();
    this.unreadable = job.unreadable();
  }

  /** What the body threw; null if it returned, or did not run. */
  @Nullable Throwable failure() {
    return failure;
  }

  @Override
  public void run() throws Exception {
    try {
      describe(Span.current());
      attempt();
    } catch (Throwable thrown) {
      failure = thrown;
      throw thrown;
    }
  }

  /** The engine's own time in queue is none: the task is run where it is dispatched. */
  private void describe(Span span) {
    span.setAttribute(JobTelemetry.MESSAGE_ID, id);
    span.setAttribute(JobTelemetry.ATTEMPT, (long) number);
    double waited = Duration.between(due, Instant.now()).toNanos() / NANOS_PER_SECOND;
    span.setAttribute(TIME_IN_QUEUE, Math.max(0, waited));
  }

  private void attempt() throws Exception {
    Envelope read = envelope;
    DurableHandler<T> handler = registration.handler();
    if (read == null || handler == null) {
      String why =
          unreadable == null ? "there is no handler" : String.valueOf(unreadable.getMessage());
      throw new DeadJobException(why, unreadable);
    }
    Instant deadline = read.deadline();
    if (deadline != null && !deadline.isAfter(Instant.now())) {
      throw new DeadJobException(
          "the deadline " + deadline + " passed before an attempt succeeded", null);
    }
    handler.run(
        payload(read),
        new DurableJob(id, registration.name(), number, read.enqueuedAt(), deadline));
  }

  private T payload(Envelope read) throws DeadJobException {
    try {
      T payload = codec.decode(read.payload().toString(), registration.type());
      if (payload == null) {
        throw new DeadJobException("the payload is null", null);
      }
      return payload;
    } catch (DeadJobException e) {
      throw e;
    } catch (Exception e) {
      throw new DeadJobException(
          "the payload is no " + registration.type().getName() + ": " + e.getMessage(), e);
    }
  }
}
