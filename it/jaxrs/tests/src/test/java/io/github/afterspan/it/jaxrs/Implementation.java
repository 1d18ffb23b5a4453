// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it.jaxrs;

import java.nio.file.Path;
import java.util.Map;

/** A JAX-RS implementation, as jars that the build collected. */
enum Implementation {
  JERSEY_4_0("jersey-4.0", "org.glassfish.jersey.servlet.ServletContainer", "OnJersey"),
  JERSEY_3_1("jersey-3.1", "org.glassfish.jersey.servlet.ServletContainer", "OnJersey"),
  RESTEASY_7_0(
      "resteasy-7.0", "org.jboss.resteasy.plugins.server.servlet.HttpServlet30Dispatcher", ""),
  RESTEASY_6_2(
      "resteasy-6.2", "org.jboss.resteasy.plugins.server.servlet.HttpServlet30Dispatcher", ""),
  CXF_4_2("cxf-4.2", "org.apache.cxf.jaxrs.servlet.CXFNonSpringJaxrsServlet", "OnCxf");

  private final String module;
  final String servlet;
  private final String kind;

  Implementation(String module, String servlet, String kind) {
    this.module = module;
    this.servlet = servlet;
    this.kind = kind;
  }

  /** The jars for WEB-INF/lib: the implementation, the application and what that needs. */
  Path libraries() {
    return Path.of("..", module, "target", "lib");
  }

  /** The variant of an application that this implementation needs. */
  String variantOf(String application) {
    return kind.isEmpty() ? application : application + '$' + kind;
  }

  /** What its servlet has to be told. */
  Map<String, String> servletParameters(String application) {
    return switch (this) {
      case RESTEASY_6_2, RESTEASY_7_0 ->
          Map.of(
              "jakarta.ws.rs.Application", application, "resteasy.servlet.mapping.prefix", "/api");
      default -> Map.of("jakarta.ws.rs.Application", application);
    };
  }

  boolean isJersey() {
    return this == JERSEY_3_1 || this == JERSEY_4_0;
  }

  boolean isResteasy() {
    return this == RESTEASY_6_2 || this == RESTEASY_7_0;
  }

  @Override
  public String toString() {
    return module;
  }
}
