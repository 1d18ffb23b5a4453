// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it.jaxrs;

import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A request to the plain application, and which status it may have. */
record Exchange(
    String method, String path, String body, List<String> headers, List<Integer> expectedStatus) {

  private static final String PARTS =
      "--limit\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\nvalue\r\n"
          + "--limit\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n"
          + "Content-Type: text/plain\r\n\r\ncontent\r\n--limit--\r\n";

  static List<Exchange> all() {
    List<Exchange> all = new ArrayList<>();
    addMethods(all);
    addRepresentations(all);
    addParametersAndBodies(all);
    all.add(get("failures/mapped", 501));
    all.add(get("failures/with-entity", 418));
    all.add(get("failures/forbidden", 403));
    for (String path : List.of("unmapped", "checked", "while-streaming")) {
      all.add(get("failures/" + path, 500));
    }
    for (String path : List.of("suspended", "at-once", "stage", "events")) {
      all.add(get("later/" + path, 200));
    }
    for (String path : List.of("failed", "failed-stage")) {
      all.add(get("later/" + path, 501));
    }
    all.add(get("later/timed-out", 504));
    all.add(get("later/cancelled", 503));
    return all;
  }

  private static void addMethods(List<Exchange> all) {
    all.add(get("methods", 200));
    all.add(of("HEAD", "methods", "", 200));
    all.add(of("OPTIONS", "methods", "", 200));
    all.add(of("POST", "methods", "body", 201).with("Content-Type", "text/plain"));
    all.add(of("PUT", "methods", "body", 204).with("Content-Type", "text/plain"));
    all.add(of("PATCH", "methods", "body", 200).with("Content-Type", "text/plain"));
    all.add(of("DELETE", "methods", "", 204));
    all.add(of("TRACE", "methods", "", 200, 403, 405, 500, 501));
    all.add(of("PURGE", "methods", "", 405, 501));
    all.add(of("DELETE", "methods/cookie", "", 405));
    all.add(get("methods/elsewhere", 303));
    all.add(get("methods/cookie", 200));
    all.add(get("methods/tagged", 200));
    all.add(get("methods/tagged", 304).with("If-None-Match", "\"v1\""));
    all.add(get("nowhere", 404));
    all.add(get("", 404));
  }

  private static void addRepresentations(List<Exchange> all) {
    all.add(get("representations", 200));
    all.add(get("representations", 200).with("Accept", "application/json"));
    all.add(get("representations", 200).with("Accept", "text/plain;q=0.1, application/json"));
    all.add(get("representations", 406).with("Accept", "image/png"));
    all.add(of("POST", "representations", "1", 200).with("Content-Type", "application/json"));
    all.add(of("POST", "representations", "1", 200).with("Content-Type", "text/plain"));
    all.add(of("POST", "representations", "1", 415).with("Content-Type", "image/png"));
  }

  private static void addParametersAndBodies(List<Exchange> all) {
    all.add(
        get("parameters/by-id/7;matrix=m?query=a&query=%C3%A4", 200)
            .with("X-Header", "h")
            .with("Cookie", "cookie=c"));
    all.add(get("parameters/by-id/letters", 404));
    all.add(get("parameters/servlet;x=y?query=q", 200));
    all.add(
        of("POST", "parameters/form", "one=1&many=2&many=%203", 200)
            .with("Content-Type", "application/x-www-form-urlencoded"));
    all.add(get("bodies/streamed", 200));
    all.add(get("bodies/stream", 200));
    all.add(
        of("POST", "bodies/echo", "0123456789".repeat(30_000), 200)
            .with("Content-Type", "application/octet-stream"));
    for (String path : List.of("parts", "raw-parts")) {
      all.add(
          of("POST", "bodies/" + path, PARTS, 200)
              .with("Content-Type", "multipart/form-data; boundary=limit"));
    }
  }

  private static Exchange get(String path, Integer... expectedStatus) {
    return of("GET", path, "", expectedStatus);
  }

  private static Exchange of(String method, String path, String body, Integer... expectedStatus) {
    return new Exchange(method, path, body, List.of(), List.of(expectedStatus));
  }

  private Exchange with(String header, String value) {
    List<String> more = new ArrayList<>(headers);
    more.add(header);
    more.add(value);
    return new Exchange(method, path, body, more, expectedStatus);
  }

  HttpRequest.Builder request(URI application) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(application + path))
            .timeout(Duration.ofSeconds(30))
            .method(
                method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
    return headers.isEmpty() ? request : request.headers(headers.toArray(String[]::new));
  }

  @Override
  public String toString() {
    return method + " " + path + " " + headers;
  }
}
