// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan;

import java.util.Collection;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Remembers the profile of each task name and each set of options, and the counts of each name, up
 * to a bound: names that an application makes up without end cost memory no further than that.
 *
 * <p>Safe for use by several threads.
 */
final class TaskProfiles {

  /** The most different names that metrics tell apart. */
  static final int MAX_NAMES = 1000;

  /** The most profiles remembered. */
  static final int MAX_PROFILES = 1000;

  private static final String OTHER = "_OTHER";

  private final BackgroundWorkers workers;
  private final ConcurrentMap<String, TaskProfile> byName = new ConcurrentHashMap<>();
  private final ConcurrentMap<TaskOptions, TaskProfile> byOptions = new ConcurrentHashMap<>();
  private final ConcurrentMap<String, TaskCounts> counts = new ConcurrentHashMap<>();
  private final AtomicLong shortestTimeoutNanos = new AtomicLong(Long.MAX_VALUE);
  private volatile boolean anyQueueTimeout;

  TaskProfiles(BackgroundWorkers workers) {
    this.workers = workers;
  }

  /** The profile of a name with nothing but defaults. */
  TaskProfile of(String name) {
    TaskProfile known = byName.get(name);
    return known != null ? known : remember(byName, name, TaskOptions.named(name));
  }

  TaskProfile of(TaskOptions options) {
    TaskProfile known = byOptions.get(options);
    return known != null ? known : remember(byOptions, options, options);
  }

  Collection<TaskCounts> counts() {
    return counts.values();
  }

  long total(TaskState outcome) {
    return counts.values().stream().mapToLong(of -> of.of(outcome)).sum();
  }

  long totalRejected() {
    return counts.values().stream().mapToLong(TaskCounts::rejected).sum();
  }

  /** Whether a task with a queue timeout was ever dispatched, so that waiting ones need a look. */
  boolean anyQueueTimeout() {
    return anyQueueTimeout;
  }

  /** The shortest timeout that a task was ever dispatched with. */
  long shortestTimeoutNanos() {
    return shortestTimeoutNanos.get();
  }

  // Two threads may pass the bound together; it may then be exceeded by as many as there are
  // threads.
  private <K> TaskProfile remember(
      ConcurrentMap<K, TaskProfile> profiles, K key, TaskOptions options) {
    TaskProfile profile = new TaskProfile(workers, options, countsOf(options.name));
    shortestTimeoutNanos.accumulateAndGet(profile.timeoutNanos, Math::min);
    if (profile.hasQueueTimeout()) {
      anyQueueTimeout = true;
    }
    if (profiles.size() >= MAX_PROFILES) {
      return profile;
    }
    TaskProfile first = profiles.putIfAbsent(key, profile);
    return first != null ? first : profile;
  }

  private TaskCounts countsOf(String name) {
    TaskCounts known = counts.get(name);
    if (known != null) {
      return known;
    }
    return counts.computeIfAbsent(counts.size() < MAX_NAMES ? name : OTHER, TaskCounts::new);
  }
}
