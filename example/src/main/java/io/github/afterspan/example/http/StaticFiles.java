// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.example.http;

import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Serves files from a folder of the class path. A path without an extension gets {@code
 * index.html}, as pages that route in the browser need it. Safe for use by several threads.
 */
public final class StaticFiles extends HttpServlet {

  private static final long serialVersionUID = 1L;

  private static final Pattern NAME = Pattern.compile("(/[A-Za-z0-9_-][A-Za-z0-9._-]*)+");

  private static final Map<String, String> TYPES =
      Map.of(
          "css", "text/css; charset=utf-8",
          "html", "text/html; charset=utf-8",
          "ico", "image/x-icon",
          "js", "text/javascript; charset=utf-8",
          "json", "application/json",
          "png", "image/png",
          "svg", "image/svg+xml");

  private final String folder;
  private final @Nullable String contentSecurityPolicy;

  /**
   * Makes a servlet.
   *
   * @param folder the folder, as the class loader knows it, without a slash at either end
   * @param contentSecurityPolicy what the pages may load, or null for anything
   */
  public StaticFiles(String folder, @Nullable String contentSecurityPolicy) {
    this.folder = folder;
    this.contentSecurityPolicy = contentSecurityPolicy;
  }

  @Override
  protected void doGet(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    String path = request.getPathInfo() == null ? "/" : request.getPathInfo();
    String extension = path.substring(path.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    String type = TYPES.get(extension);
    if (type == null) {
      path = "/index.html";
      type = TYPES.get("html");
    }
    try (InputStream file = open(path)) {
      if (file == null) {
        response.sendError(404);
        return;
      }
      response.setContentType(type);
      response.setHeader("X-Content-Type-Options", "nosniff");
      response.setHeader("Cache-Control", "no-cache");
      if (contentSecurityPolicy != null) {
        response.setHeader("Content-Security-Policy", contentSecurityPolicy);
      }
      file.transferTo(response.getOutputStream());
    }
  }

  private @Nullable InputStream open(String path) {
    return NAME.matcher(path).matches()
        ? StaticFiles.class.getClassLoader().getResourceAsStream(folder + path)
        : null;
  }
}
