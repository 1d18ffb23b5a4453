// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.jaxrs;

import static java.nio.charset.StandardCharsets.UTF_8;

import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.MessageBodyWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.annotation.Annotation;
import java.lang.reflect.Type;

/**
 * A problem as of RFC 9457.
 *
 * @param status the status, whose phrase is the title
 * @param detail one sentence for the reader; of characters that JSON needs no escape for
 */
record Problem(Response.Status status, String detail) {

  static final String MEDIA_TYPE = "application/problem+json";

  private String json() {
    return """
        {"type":"about:blank","title":"%s","status":%d,"detail":"%s"}\
        """
        .formatted(status.getReasonPhrase(), status.getStatusCode(), detail);
  }

  /**
   * Writes a problem. A type and a writer of our own, because the JSON writers of applications
   * would write a string or bytes as they write any other value.
   */
  @Produces(MEDIA_TYPE)
  static final class Writer implements MessageBodyWriter<Problem> {

    @Override
    public boolean isWriteable(
        Class<?> type, Type genericType, Annotation[] annotations, MediaType mediaType) {
      return type == Problem.class;
    }

    @Override
    public void writeTo(
        Problem problem,
        Class<?> type,
        Type genericType,
        Annotation[] annotations,
        MediaType mediaType,
        MultivaluedMap<String, Object> headers,
        OutputStream body)
        throws IOException {
      body.write(problem.json().getBytes(UTF_8));
    }
  }
}
