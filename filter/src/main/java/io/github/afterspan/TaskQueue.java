// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan;

import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Tasks in the order in which they may start, linked through the tasks themselves: adding and
 * taking allocate nothing, and a cancelled task leaves from the middle in constant time.
 *
 * <p>Not thread-safe; guarded by the lock of {@link WorkerPool}.
 */
final class TaskQueue {

  private @Nullable WorkerTask head;
  private @Nullable WorkerTask tail;
  private int size;

  int size() {
    return size;
  }

  boolean isEmpty() {
    return head == null;
  }

  void add(WorkerTask task) {
    WorkerTask last = tail;
    task.previous = last;
    task.next = null;
    if (last == null) {
      head = task;
    } else {
      last.next = task;
    }
    tail = task;
    size++;
  }

  @Nullable WorkerTask poll() {
    WorkerTask first = head;
    if (first != null) {
      unlink(first);
    }
    return first;
  }

  /** Takes a task out; false if it is not in here. */
  boolean remove(WorkerTask task) {
    if (task != head && task.previous == null) {
      return false;
    }
    unlink(task);
    return true;
  }

  /**
   * Takes out all that match, and returns them as a chain in order.
   *
   * <p>Chained by {@code next} alone. T1 walks the chain while T2 cancels a task in it; did that
   * task have a {@code previous}, {@link #remove} would take it for one of ours, cut it out of the
   * chain under T1's feet, and make what is left of the chain our tail.
   */
  @Nullable WorkerTask removeIf(Predicate<WorkerTask> condition) {
    WorkerTask first = null;
    WorkerTask last = null;
    WorkerTask task = head;
    while (task != null) {
      WorkerTask following = task.next;
      if (condition.test(task)) {
        unlink(task);
        if (last == null) {
          first = task;
        } else {
          last.next = task;
        }
        last = task;
      }
      task = following;
    }
    return first;
  }

  private void unlink(WorkerTask task) {
    WorkerTask before = task.previous;
    WorkerTask after = task.next;
    if (before == null) {
      head = after;
    } else {
      before.next = after;
    }
    if (after == null) {
      tail = before;
    } else {
      after.previous = before;
    }
    task.previous = null;
    task.next = null;
    size--;
  }
}
