// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.export;

import java.lang.management.ManagementFactory;
import java.util.Set;
import javax.management.Attribute;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import javax.management.RuntimeMBeanException;

/**
 * What the background workers of this JVM have left to do, from their status in JMX. The workers of
 * a web application may be in another class loader than we, and under the Java agent they always
 * are; JMX is where both are seen, and leaves when they are closed.
 *
 * @param workers how many are not closed
 * @param unfinished tasks that they accepted and that are not over
 * @param draining whether any of them drains
 */
record LiveWorkers(int workers, int unfinished, boolean draining) {

  private static final String NAMES = "io.github.afterspan:type=BackgroundWorkers,*";
  private static final String[] ATTRIBUTES = {"Running", "Waiting", "Draining"};

  static LiveWorkers look() {
    try {
      MBeanServer server = ManagementFactory.getPlatformMBeanServer();
      Set<ObjectName> names = server.queryNames(new ObjectName(NAMES), null);
      LiveWorkers all = new LiveWorkers(0, 0, false);
      for (ObjectName name : names) {
        all = all.with(server, name);
      }
      return all;
    } catch (JMException | SecurityException | LinkageError e) {
      return new LiveWorkers(0, 0, false); // a Java without JMX: nothing can be known
    }
  }

  private LiveWorkers with(MBeanServer server, ObjectName name) throws JMException {
    int left = 0;
    boolean drains = draining;
    try {
      for (Attribute attribute : server.getAttributes(name, ATTRIBUTES).asList()) {
        if (attribute.getValue() instanceof Integer tasks) {
          left += tasks;
        } else if (attribute.getValue() instanceof Boolean value) {
          drains |= value;
        }
      }
    } catch (javax.management.InstanceNotFoundException | RuntimeMBeanException e) {
      return this; // closed meanwhile
    }
    return new LiveWorkers(workers + 1, unfinished + left, drains);
  }

  /** Tells whether the JVM is going down. It says so only to those who would add a hook. */
  static boolean isExiting() {
    Thread probe = new Thread(() -> {}, "afterspan-export-probe");
    try {
      Runtime.getRuntime().addShutdownHook(probe);
      Runtime.getRuntime().removeShutdownHook(probe);
      return false;
    } catch (IllegalStateException e) {
      return true;
    }
  }
}
