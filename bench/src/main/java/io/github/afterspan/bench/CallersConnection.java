// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.bench;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.util.Set;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * A data source that gives the transaction which its caller is in, and leaves the end of that to
 * the caller: how db-scheduler by itself is brought to store a job within it. For one thread.
 */
final class CallersConnection {

  private static final Set<String> CALLERS_OWN =
      Set.of("close", "commit", "rollback", "setAutoCommit");

  private @Nullable Connection connection;

  /** What is asked for from now on goes to this connection. */
  void use(Connection connection) {
    this.connection = connection;
  }

  DataSource dataSource() {
    return proxy(
        DataSource.class,
        (self, method, arguments) -> {
          if (method.getName().equals("getConnection")) {
            return shared();
          }
          throw new UnsupportedOperationException(method.toString());
        });
  }

  private Connection shared() {
    return proxy(
        Connection.class,
        (self, method, arguments) -> {
          if (CALLERS_OWN.contains(method.getName())) {
            return null;
          }
          try {
            return method.invoke(connection, arguments);
          } catch (InvocationTargetException e) {
            throw e.getCause();
          }
        });
  }

  private static <T> T proxy(Class<T> type, InvocationHandler handler) {
    return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
  }
}
