// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it.durable;

import io.github.afterspan.it.export.ChildJvm;
import io.github.afterspan.it.export.WorkJvm;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * How an {@link OrderNode} is started in a JVM of its own.
 *
 * @param url of its database
 * @param directory of its {@link OrderFiles}
 * @param name of the node
 * @param workMillis how long each job takes
 * @param attempts how often it tries a job
 * @param orders how many it takes; none for a node that ends when there are no jobs left
 * @param jobs whether orders have jobs
 */
record NodeCommand(
    String url,
    Path directory,
    String name,
    long workMillis,
    int attempts,
    int orders,
    boolean jobs) {

  private static final Pattern READY = Pattern.compile("^" + OrderNode.READY + "(\\d+)");
  private static final String PREFIX = "node.";

  static NodeCommand of(String url, Path directory) {
    return new NodeCommand(url, directory, "node", 20, 100, 0, true);
  }

  NodeCommand taking(int orders) {
    return new NodeCommand(url, directory, name, workMillis, attempts, orders, jobs);
  }

  NodeCommand withoutJobs() {
    return new NodeCommand(url, directory, name, workMillis, attempts, orders, false);
  }

  NodeCommand named(String name) {
    return new NodeCommand(url, directory, name, workMillis, attempts, orders, jobs);
  }

  NodeCommand working(long millis) {
    return new NodeCommand(url, directory, name, millis, attempts, orders, jobs);
  }

  NodeCommand attempting(int attempts) {
    return new NodeCommand(url, directory, name, workMillis, attempts, orders, jobs);
  }

  OrderFiles files() {
    return OrderFiles.in(directory);
  }

  static NodeCommand ofThisJvm() {
    return new NodeCommand(
        System.getProperty(PREFIX + "url"),
        Path.of(System.getProperty(PREFIX + "directory")),
        System.getProperty(PREFIX + "name"),
        Long.getLong(PREFIX + "work"),
        Integer.getInteger(PREFIX + "attempts"),
        Integer.getInteger(PREFIX + "orders"),
        Boolean.getBoolean(PREFIX + "jobs"));
  }

  ChildJvm start() throws IOException {
    List<String> arguments = new ArrayList<>(WorkJvm.SMALL);
    Map.of(
            "url", url,
            "directory", directory,
            "name", name,
            "work", workMillis,
            "attempts", attempts,
            "orders", orders,
            "jobs", jobs)
        .forEach((key, value) -> arguments.add("-D" + PREFIX + key + "=" + value));
    arguments.addAll(List.of("-cp", WorkJvm.classPath(), OrderNode.class.getName()));
    return new ChildJvm(arguments, Map.of(), READY);
  }
}
