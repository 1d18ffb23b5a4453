// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan;

import java.lang.management.ManagementFactory;
import javax.management.InstanceAlreadyExistsException;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import javax.management.StandardMBean;
import org.jspecify.annotations.Nullable;

/**
 * Registers the status of workers with JMX, as {@code
 * io.github.afterspan:type=BackgroundWorkers,name="..."}. Workers that find their name taken, by
 * another application of the same server for one, get an {@code instance} as well.
 */
final class StatusBean implements BackgroundWorkers.StatusMXBean {

  private static final int MOST_INSTANCES = 100;

  private final BackgroundWorkers workers;
  private @Nullable ObjectName registered;

  StatusBean(BackgroundWorkers workers) {
    this.workers = workers;
  }

  void register() {
    try {
      registered = registerAs(ObjectName.quote(workers.options.name()));
    } catch (JMException | SecurityException e) {
      workers.log.warn("the status is not in JMX", e);
    }
  }

  private ObjectName registerAs(String name) throws JMException {
    MBeanServer server = ManagementFactory.getPlatformMBeanServer();
    StandardMBean bean = new StandardMBean(this, BackgroundWorkers.StatusMXBean.class, true);
    String base = "io.github.afterspan:type=BackgroundWorkers,name=" + name;
    for (int instance = 1; ; instance++) {
      try {
        ObjectName as = new ObjectName(instance == 1 ? base : base + ",instance=" + instance);
        return server.registerMBean(bean, as).getObjectName();
      } catch (InstanceAlreadyExistsException e) {
        if (instance == MOST_INSTANCES) {
          throw e;
        }
      }
    }
  }

  void unregister() {
    ObjectName name = registered;
    if (name == null) {
      return;
    }
    try {
      ManagementFactory.getPlatformMBeanServer().unregisterMBean(name);
    } catch (JMException | SecurityException e) {
      workers.log.warn("the status could not be taken out of JMX", e);
    }
  }

  @Override
  public String getName() {
    return workers.options.name();
  }

  @Override
  public int getRunning() {
    return workers.status().running();
  }

  @Override
  public int getConcurrency() {
    return workers.options.concurrency();
  }

  @Override
  public int getWaiting() {
    return workers.status().waiting();
  }

  @Override
  public int getQueueCapacity() {
    return workers.options.queueCapacity();
  }

  @Override
  public int getStuck() {
    return workers.status().stuck();
  }

  @Override
  public boolean isDraining() {
    return workers.capacity.isDraining();
  }

  @Override
  public long getSucceeded() {
    return workers.status().succeeded();
  }

  @Override
  public long getFailed() {
    return workers.status().failed();
  }

  @Override
  public long getTimedOut() {
    return workers.status().timedOut();
  }

  @Override
  public long getCancelled() {
    return workers.status().cancelled();
  }

  @Override
  public long getSkipped() {
    return workers.status().skipped();
  }

  @Override
  public long getAbandoned() {
    return workers.status().abandoned();
  }

  @Override
  public long getRejected() {
    return workers.status().rejected();
  }
}
