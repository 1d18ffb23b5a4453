// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it.contract;

import jakarta.servlet.ServletInputStream;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a careless task takes along, and everything that it can try with it. */
final class CapturedExchange {

  private interface Attempt {
    @Nullable Object make() throws Exception;
  }

  private interface Deed {
    void doIt() throws Exception;
  }

  private final Map<String, Attempt> attempts = new LinkedHashMap<>();

  private CapturedExchange(HttpServletRequest request, HttpServletResponse response) {
    attempts.put("request.getHeader", () -> request.getHeader("X-User"));
    attempts.put("request.getQueryString", request::getQueryString);
    attempts.put("request.getRequestURI", request::getRequestURI);
    attempts.put("request.getCookies", request::getCookies);
    attempts.put("request.getRemoteAddr", request::getRemoteAddr);
    attempts.put("request.getAttribute", () -> request.getAttribute("user"));
    attempts.put("request.getParameter", () -> request.getParameter("user"));
    attempts.put("request.getSession", request::getSession);
    attempts.put("request.getInputStream", request::getInputStream);
    attempts.put("request.getReader", request::getReader);
    attempts.put("request.startAsync", request::startAsync);
    deed("request.setAttribute", () -> request.setAttribute("user", "alice"));
    deed("response.setStatus", () -> response.setStatus(418));
    deed("response.setHeader", () -> response.setHeader("X-Late", "alice"));
    deed("response.addCookie", () -> response.addCookie(new Cookie("late", "alice")));
    deed("response.sendError", () -> response.sendError(500));
    deed("response.setContentLength", () -> response.setContentLength(1));
    deed("response.flushBuffer", response::flushBuffer);
    deed("response.reset", response::reset);
    attempts.put("response.isCommitted", response::isCommitted);
    attempts.put("response.getWriter", response::getWriter);
    attempts.put("response.getOutputStream", response::getOutputStream);
  }

  static CapturedExchange of(
      HttpServletRequest request, HttpServletResponse response, boolean characters)
      throws IOException {
    CapturedExchange captured = new CapturedExchange(request, response);
    if (characters) {
      captured.addCharacters(request.getReader(), response.getWriter());
    } else {
      captured.addBytes(request.getInputStream(), response.getOutputStream());
    }
    return captured;
  }

  private void addBytes(ServletInputStream in, ServletOutputStream out) {
    attempts.put("in.read", in::read);
    attempts.put("in.isFinished", in::isFinished);
    deed("out.print", () -> out.print("evil"));
    deed("out.flush", out::flush);
  }

  private void addCharacters(BufferedReader reader, PrintWriter writer) {
    attempts.put("reader.read", reader::read);
    attempts.put("reader.readLine", reader::readLine);
    deed("writer.print", () -> writer.print("evil"));
    deed("writer.flush", writer::flush);
  }

  private void deed(String member, Deed deed) {
    attempts.put(
        member,
        () -> {
          deed.doIt();
          return "done";
        });
  }

  /** Tries it, and returns what came of each attempt: a value, or the exception as text. */
  Map<String, String> tryEverything() {
    Map<String, String> results = new LinkedHashMap<>();
    attempts.forEach(
        (member, attempt) -> {
          try {
            results.put(member, String.valueOf(attempt.make()));
          } catch (Exception e) {
            results.put(member, e.toString());
          }
        });
    return results;
  }
}
