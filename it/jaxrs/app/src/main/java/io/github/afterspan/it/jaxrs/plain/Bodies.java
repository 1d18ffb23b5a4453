// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it.jaxrs.plain;

import static java.nio.charset.StandardCharsets.UTF_8;

import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.Part;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.StreamingOutput;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;

/** Large, streamed and multipart bodies. */
@Path("bodies")
public class Bodies {

  private static final int LINES = 20_000;

  @GET
  @Path("streamed")
  public StreamingOutput streamed() {
    return output -> {
      for (int i = 0; i < LINES; i++) {
        output.write(("line " + i + "\n").getBytes(UTF_8));
        if (i % 5_000 == 0) {
          output.flush();
        }
      }
    };
  }

  @GET
  @Path("stream")
  public InputStream stream() {
    return new ByteArrayInputStream("x".repeat(100_000).getBytes(UTF_8));
  }

  @POST
  @Path("echo")
  public byte[] echo(byte[] body) {
    return body;
  }

  /** The parts as the container reads them. */
  @POST
  @Path("parts")
  @Consumes(MediaType.MULTIPART_FORM_DATA)
  public String parts(@Context HttpServletRequest request) throws IOException, ServletException {
    StringBuilder text = new StringBuilder();
    for (Part part : request.getParts()) {
      text.append(part.getName())
          .append('=')
          .append(new String(part.getInputStream().readAllBytes(), UTF_8))
          .append('|')
          .append(part.getSubmittedFileName())
          .append('\n');
    }
    return text.toString();
  }

  /** The parts as they came. */
  @POST
  @Path("raw-parts")
  @Consumes(MediaType.MULTIPART_FORM_DATA)
  public String rawParts(InputStream body) throws IOException {
    return new String(body.readAllBytes(), UTF_8);
  }
}
