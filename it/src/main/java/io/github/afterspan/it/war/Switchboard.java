// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it.war;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;

/**
 * Where a test and the applications that it deployed meet, though their class loaders differ. Holds
 * nothing of an application's own classes, except what must be cleaned up.
 *
 * <p>Safe for use by several threads.
 */
public final class Switchboard {

  private static final Map<String, CountDownLatch> LATCHES = new ConcurrentHashMap<>();
  private static final ConcurrentLinkedQueue<String> OUTCOMES = new ConcurrentLinkedQueue<>();
  private static final ConcurrentLinkedQueue<Runnable> CLEAN_UPS = new ConcurrentLinkedQueue<>();

  private Switchboard() {}

  /**
   * Returns what the tasks of an application wait for.
   *
   * @param name the name of the latch
   * @return the latch
   */
  public static CountDownLatch latch(String name) {
    return LATCHES.computeIfAbsent(name, key -> new CountDownLatch(1));
  }

  /**
   * Notes an outcome.
   *
   * @param outcome name and state of a task
   */
  public static void report(String outcome) {
    OUTCOMES.add(outcome);
  }

  /**
   * Returns the outcomes so far, in their order.
   *
   * @return a snapshot
   */
  public static List<String> outcomes() {
    return List.copyOf(OUTCOMES);
  }

  /**
   * Notes how to undo what an application leaves behind on purpose.
   *
   * @param cleanUp undoes it
   */
  public static void cleanUpWith(Runnable cleanUp) {
    CLEAN_UPS.add(cleanUp);
  }

  /** Undoes what was left behind, lets everything go that waits, and forgets everything. */
  public static void reset() {
    LATCHES.values().forEach(CountDownLatch::countDown);
    CLEAN_UPS.forEach(Runnable::run);
    CLEAN_UPS.clear();
    LATCHES.clear();
    OUTCOMES.clear();
  }
}
