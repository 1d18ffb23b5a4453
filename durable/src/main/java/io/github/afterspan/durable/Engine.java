// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.durable;

import com.github.kagkarlsson.scheduler.Scheduler;
import com.github.kagkarlsson.scheduler.SchedulerBuilder;
import com.github.kagkarlsson.scheduler.SchedulerName;
import com.github.kagkarlsson.scheduler.event.AbstractSchedulerListener;
import com.github.kagkarlsson.scheduler.logging.LogLevel;
import com.github.kagkarlsson.scheduler.serializer.Serializer;
import com.github.kagkarlsson.scheduler.task.Task;
import io.opentelemetry.context.Scope;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import javax.sql.DataSource;

/**
 * db-scheduler with our settings and our threads: claims due rows, runs them, touches them while
 * they run, and finds those whose node died.
 *
 * <p>Safe for use by several threads.
 */
final class Engine {

  /** Rows of handlers that only other nodes have must not be deleted, as they would by default. */
  private static final Duration NEVER_DELETED = Duration.ofDays(3650);

  /** What is left to do for a thread when the drain is over: a statement or two. */
  private static final Duration LAST_STATEMENTS = Duration.ofSeconds(2);

  private static final int MISSED_HEARTBEATS = 4;
  private static final int HOUSEKEEPERS = 2;
  private static final double REFILL_BELOW = 0.5;

  /** Candidates that are fetched for each thread, where they are claimed later. */
  private static final int BATCH = 3;

  private final Scheduler scheduler;
  private final JobThreads jobThreads;

  Engine(
      DataSource dataSource,
      Database database,
      DurableOptions options,
      List<Task<?>> tasks,
      JobTelemetry telemetry) {
    int threads = options.concurrency();
    jobThreads =
        new JobThreads(threads, BATCH * threads, threads(options, "job"), this::lookForJobs);
    SchedulerBuilder builder =
        Scheduler.create(dataSource, tasks)
            .tableName(options.table())
            .jdbcCustomization(database.customization)
            .serializer(new AsTheyAre())
            .schedulerName(new SchedulerName.Fixed(options.nodeName()))
            .threads(threads)
            .executorService(jobThreads)
            .dueExecutor(Executors.newSingleThreadExecutor(threads(options, "poll")))
            .housekeeperExecutor(
                Executors.newScheduledThreadPool(HOUSEKEEPERS, threads(options, "housekeeper")))
            .pollingInterval(options.pollInterval())
            .heartbeatInterval(options.heartbeatInterval())
            .missedHeartbeatsLimit(MISSED_HEARTBEATS)
            .deleteUnresolvedAfter(NEVER_DELETED)
            .failureLogging(LogLevel.OFF, false)
            .shutdownMaxWait(LAST_STATEMENTS)
            .addSchedulerListener(new UnknownHandlers(telemetry));
    if (database.claimsAtFetch()) {
      builder.pollUsingLockAndFetch(REFILL_BELOW, 1.0); // more would wait here, claimed
    } else {
      builder.pollUsingFetch(REFILL_BELOW, BATCH);
    }
    scheduler = builder.build();
  }

  private static QuietThreads threads(DurableOptions options, String role) {
    return new QuietThreads(options.name(), role);
  }

  /** Starts in a quiet context too: an agent carries the context of who submits. */
  void start() {
    try (Scope ignored = QuietThreads.CONTEXT.makeCurrent()) {
      scheduler.start();
    }
  }

  /** Sets a flag and notifies a thread, no more. */
  private void lookForJobs() {
    scheduler.triggerCheckForDueExecutions();
  }

  /** Looks for due jobs as soon as there is a thread for one. */
  void wakeUp() {
    jobThreads.wakeUp();
  }

  /** How many candidates wait for a thread. */
  int fetched() {
    return jobThreads.getQueue().size();
  }

  /** Claims nothing from now on, but what is claimed this moment. */
  void pause() {
    scheduler.pause();
  }

  /** Ends the threads; waits a few seconds for those that still do something. */
  void stop() {
    scheduler.stop();
  }

  private static final class UnknownHandlers extends AbstractSchedulerListener {
    private final JobTelemetry telemetry;

    UnknownHandlers(JobTelemetry telemetry) {
      this.telemetry = telemetry;
    }

    @Override
    public void onSchedulerEvent(SchedulerEventType type) {
      if (type == SchedulerEventType.UNRESOLVED_TASK) {
        telemetry.foundUnknownHandler();
      }
    }
  }

  /** The data is bytes already. */
  private static final class AsTheyAre implements Serializer {
    @Override
    public byte[] serialize(Object data) {
      return (byte[]) data;
    }

    @Override
    public <D> D deserialize(Class<D> type, byte[] data) {
      return type.cast(data);
    }
  }
}
