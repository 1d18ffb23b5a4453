// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.example.traces;

import com.google.protobuf.InvalidProtocolBufferException;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * Receives spans over OTLP/HTTP, in protobuf, gzipped or not, into a {@link TraceStore}.
 *
 * <p>Safe for use by several threads.
 */
public final class OtlpReceiver extends HttpServlet {

  private static final long serialVersionUID = 1L;

  /** The most bytes of a request, unpacked: {@value}. */
  static final int MAX_BYTES = 16 * 1024 * 1024;

  private static final String PROTOBUF = "application/x-protobuf";

  private final transient TraceStore store;

  /**
   * Makes a receiver.
   *
   * @param store where the spans go
   */
  public OtlpReceiver(TraceStore store) {
    this.store = store;
  }

  @Override
  protected void doPost(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    String type = request.getContentType();
    if (type == null || !type.startsWith(PROTOBUF)) {
      response.sendError(415, "spans must be " + PROTOBUF);
      return;
    }
    ExportTraceServiceRequest export;
    try (InputStream body = body(request)) {
      byte[] bytes = body.readNBytes(MAX_BYTES + 1);
      if (bytes.length > MAX_BYTES) {
        response.sendError(413, "a request must be at most " + MAX_BYTES + " bytes, unpacked");
        return;
      }
      export = ExportTraceServiceRequest.parseFrom(bytes);
    } catch (InvalidProtocolBufferException | ZipException | EOFException e) {
      response.sendError(400, "the body is no export request: " + e.getMessage());
      return;
    }
    store.accept(OtlpToZipkin.spans(export));
    response.setContentType(PROTOBUF);
    response.getOutputStream().write(ExportTraceServiceResponse.getDefaultInstance().toByteArray());
  }

  private static InputStream body(HttpServletRequest request) throws IOException {
    InputStream body = request.getInputStream();
    return "gzip".equalsIgnoreCase(request.getHeader("Content-Encoding"))
        ? new GZIPInputStream(body)
        : body;
  }
}
