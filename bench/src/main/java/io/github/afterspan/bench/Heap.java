// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.bench;

import java.lang.management.ManagementFactory;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Predicate;
import javax.management.JMException;
import javax.management.ObjectName;

/** How many objects of each class are alive, and how large they are together. */
final class Heap {

  private static final int FIELDS = 4; // number, instances, bytes, class

  private record Count(long instances, long bytes) {}

  private final Map<String, Count> byClass;

  private Heap(Map<String, Count> byClass) {
    this.byClass = byClass;
  }

  /** Collects what is dead, and counts the rest. */
  static Heap now() {
    String histogram;
    try {
      histogram =
          (String)
              ManagementFactory.getPlatformMBeanServer()
                  .invoke(
                      new ObjectName("com.sun.management:type=DiagnosticCommand"),
                      "gcClassHistogram",
                      new Object[] {new String[0]},
                      new String[] {String[].class.getName()});
    } catch (JMException e) {
      throw new IllegalStateException("this JVM has no class histogram", e);
    }
    Map<String, Count> byClass = new HashMap<>();
    for (String line : histogram.lines().toList()) {
      String[] fields = line.strip().split("\\s+", -1);
      if (fields.length >= FIELDS && fields[0].endsWith(":")) {
        byClass.put(fields[3], new Count(Long.parseLong(fields[1]), Long.parseLong(fields[2])));
      }
    }
    return new Heap(byClass);
  }

  /** The bytes that have been added since, in all classes whose name fits. */
  long bytesSince(Heap earlier, Predicate<String> name) {
    return byClass.entrySet().stream()
        .filter(entry -> name.test(entry.getKey()))
        .mapToLong(entry -> entry.getValue().bytes() - earlier.of(entry.getKey()).bytes())
        .sum();
  }

  /** The classes that have got at least so many more objects since, and how many more. */
  Map<String, Long> grownSince(Heap earlier, long atLeast) {
    Map<String, Long> grown = new HashMap<>();
    byClass.forEach(
        (name, count) -> {
          long more = count.instances() - earlier.of(name).instances();
          if (more >= atLeast) {
            grown.put(name, more);
          }
        });
    return grown;
  }

  private Count of(String name) {
    return byClass.getOrDefault(name, new Count(0, 0));
  }
}
