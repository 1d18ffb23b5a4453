// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan;

import static java.util.Objects.requireNonNull;

import io.opentelemetry.api.baggage.Baggage;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.context.Context;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The dispatcher of one exchange, or of none. Keeps the tasks that await the response of its
 * exchange, and lets them go together.
 *
 * <p>T1 dispatches a task that must wait while T2, in the container, tells that the response is
 * over: the list of waiting tasks and the mark that it is over are the same word, so T1 either gets
 * its task into the list before T2 takes the list, or finds the mark and starts the task itself.
 */
final class WorkersDispatcher
    implements BackgroundDispatcher, BiConsumer<@Nullable Boolean, @Nullable Throwable> {

  private static final VarHandle AWAITING;
  private static final VarHandle LISTENING;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      AWAITING = lookup.findVarHandle(WorkersDispatcher.class, "awaiting", Object.class);
      LISTENING = lookup.findVarHandle(WorkersDispatcher.class, "listening", boolean.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final BackgroundWorkers workers;
  private final @Nullable CompletionStage<Boolean> response;
  private final SpanContext fallbackOrigin;
  private final Baggage fallbackBaggage;
  private volatile boolean listening;

  /** The newest of the tasks that await the response; then whether the response was successful. */
  private volatile @Nullable Object awaiting;

  WorkersDispatcher(BackgroundWorkers workers, @Nullable CompletionStage<Boolean> response) {
    this.workers = workers;
    this.response = response;
    Context context = Context.current();
    this.fallbackOrigin = Span.fromContext(context).getSpanContext();
    this.fallbackBaggage = Baggage.fromContext(context);
  }

  @Override
  public DispatchedTask dispatch(String name, BackgroundTask task) {
    requireNonNull(name, "name");
    requireNonNull(task, "task");
    return dispatch(workers.profiles.of(name), task);
  }

  @Override
  public DispatchedTask dispatch(TaskOptions options, BackgroundTask task) {
    requireNonNull(options, "options");
    requireNonNull(task, "task");
    return dispatch(workers.profiles.of(options), task);
  }

  @Override
  public Executor executor(TaskOptions options) {
    requireNonNull(options, "options");
    return command -> {
      requireNonNull(command, "command");
      dispatch(options, new CommandTask(command));
    };
  }

  private WorkerTask dispatch(TaskProfile profile, BackgroundTask task) {
    workers.captureCheck.check(profile.name, task);
    BackgroundTask body = decorate(profile, task);
    boolean waits = response != null && profile.startMode != StartMode.IMMEDIATELY;
    WorkerTask dispatched = capture(profile, body, waits);
    workers.intake.reserve(profile);
    if (waits) {
      await(dispatched);
    } else {
      workers.intake.submit(dispatched);
    }
    return dispatched;
  }

  private WorkerTask capture(TaskProfile profile, BackgroundTask body, boolean waits) {
    Context context = Context.current();
    SpanContext origin = Span.fromContext(context).getSpanContext();
    Baggage baggage = Baggage.fromContext(context);
    if (!origin.isValid()) {
      origin = fallbackOrigin;
      baggage = baggage.isEmpty() ? fallbackBaggage : baggage;
    }
    return new WorkerTask(
        profile, body, origin, workers.options.baggage() ? baggage : Baggage.empty(), waits);
  }

  private BackgroundTask decorate(TaskProfile profile, BackgroundTask task) {
    TaskDecorator decorator = workers.options.taskDecorator();
    if (decorator == null) {
      return task;
    }
    return requireNonNull(
        decorator.decorate(task),
        () -> "taskDecorator returned null for task \"" + profile.name + "\"");
  }

  /** Holds an accepted task back until the response is over. */
  private void await(WorkerTask task) {
    workers.intake.awaitsResponse(this);
    CompletionStage<Boolean> stage = response;
    if (stage != null && !listening && LISTENING.compareAndSet(this, false, true)) {
      stage.whenComplete(this);
    }
    Object before = awaiting;
    while (!(before instanceof Boolean)) {
      task.next = (WorkerTask) before;
      if (AWAITING.compareAndSet(this, before, task)) {
        if (workers.capacity.isDraining()) {
          release(false); // the drain may have looked before this task was here
        }
        return;
      }
      before = awaiting;
    }
    task.next = null;
    workers.intake.awaitsNoMore(this);
    if (letGo(task, (Boolean) before, System.nanoTime())) {
      workers.intake.submit(task);
    }
  }

  /** Called when the response is over; with an exception if the handler failed. */
  @Override
  public void accept(@Nullable Boolean successful, @Nullable Throwable failure) {
    release(failure == null && Boolean.TRUE.equals(successful));
  }

  /** Lets every task go that awaits the response, in the order of dispatch. Only once. */
  void release(boolean successful) {
    Object taken = awaiting;
    while (!(taken instanceof Boolean)) {
      if (AWAITING.compareAndSet(this, taken, (Object) successful)) {
        workers.intake.awaitsNoMore(this);
        submit((WorkerTask) taken, successful);
        return;
      }
      taken = awaiting;
    }
  }

  private void submit(@Nullable WorkerTask newest, boolean successful) {
    long now = System.nanoTime();
    WorkerTask oldest = null;
    WorkerTask task = newest;
    while (task != null) {
      WorkerTask older = task.next;
      task.next = null;
      if (letGo(task, successful, now)) {
        task.next = oldest;
        oldest = task;
      }
      task = older;
    }
    if (oldest != null) {
      workers.intake.submitAll(oldest);
    }
  }

  /** True if the task may start now; false if it was skipped here, or cancelled before. */
  private static boolean letGo(WorkerTask task, boolean successful, long now) {
    if (!successful && task.profile.startMode == StartMode.AFTER_SUCCESSFUL_RESPONSE) {
      String message = "task \"" + task.name() + "\" was skipped: there was no successful response";
      task.endUnstarted(TaskState.SKIPPED, new CancellationException(message));
      return false;
    }
    return task.mayStart(now);
  }
}
