// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.it.jaxrs.app;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.afterspan.BackgroundDispatcher;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.container.ContainerResponseContext;
import jakarta.ws.rs.container.ContainerResponseFilter;
import jakarta.ws.rs.container.PreMatching;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.ExceptionMapper;
import jakarta.ws.rs.ext.MessageBodyReader;
import jakarta.ws.rs.ext.MessageBodyWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.annotation.Annotation;
import java.lang.reflect.Type;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Every kind of provider, each doing its work for one path or one type only. */
final class Providers {

  /** The type of what only the providers of this application read and write. */
  static final String TEXT_ATTEMPT = "text/attempt";

  private Providers() {}

  static List<Class<?>> all() {
    return List.of(
        PreMatchingFilter.class,
        RequestFilter.class,
        ConstructedFilter.class,
        ResponseFilter.class,
        Mapper.class,
        Writer.class,
        Reader.class);
  }

  private static void answer(
      ContainerRequestContext request, String path, @Nullable BackgroundDispatcher dispatcher) {
    if (request.getUriInfo().getPath().endsWith("provider/" + path)) {
      request.abortWith(Response.ok(Attempt.here(dispatcher), MediaType.TEXT_PLAIN).build());
    }
  }

  @PreMatching
  public static class PreMatchingFilter implements ContainerRequestFilter {
    @Context @Nullable BackgroundDispatcher background;

    @Override
    public void filter(ContainerRequestContext request) {
      answer(request, "pre-matching-filter", background);
    }
  }

  public static class RequestFilter implements ContainerRequestFilter {
    @Context @Nullable BackgroundDispatcher background;

    @Override
    public void filter(ContainerRequestContext request) {
      answer(request, "request-filter", background);
    }
  }

  public static class ConstructedFilter implements ContainerRequestFilter {
    private final BackgroundDispatcher background;

    public ConstructedFilter(@Context BackgroundDispatcher background) {
      this.background = background;
    }

    @Override
    public void filter(ContainerRequestContext request) {
      answer(request, "constructed-filter", background);
    }
  }

  public static class ResponseFilter implements ContainerResponseFilter {
    @Context @Nullable BackgroundDispatcher background;

    @Override
    public void filter(ContainerRequestContext request, ContainerResponseContext response) {
      if (request.getUriInfo().getPath().contains("provider/response-filter")) {
        response.setEntity(Attempt.here(background));
      }
    }
  }

  /** What the mapper maps. */
  public static class Unmapped extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  public static class Mapper implements ExceptionMapper<Unmapped> {
    @Context @Nullable BackgroundDispatcher background;

    @Override
    public Response toResponse(Unmapped exception) {
      return Response.ok(Attempt.here(background), MediaType.TEXT_PLAIN).build();
    }
  }

  /** What the reader reads and the writer writes. */
  public record Text(String text) {}

  @Produces(TEXT_ATTEMPT)
  public static class Writer implements MessageBodyWriter<Text> {
    @Context @Nullable BackgroundDispatcher background;

    @Override
    public boolean isWriteable(
        Class<?> type, Type genericType, Annotation[] annotations, MediaType mediaType) {
      return type == Text.class;
    }

    @Override
    public void writeTo(
        Text text,
        Class<?> type,
        Type genericType,
        Annotation[] annotations,
        MediaType mediaType,
        MultivaluedMap<String, Object> headers,
        OutputStream body)
        throws IOException {
      body.write(Attempt.here(background).getBytes(UTF_8));
    }
  }

  @Consumes(TEXT_ATTEMPT)
  public static class Reader implements MessageBodyReader<Text> {
    @Context @Nullable BackgroundDispatcher background;

    @Override
    public boolean isReadable(
        Class<?> type, Type genericType, Annotation[] annotations, MediaType mediaType) {
      return type == Text.class;
    }

    @Override
    public Text readFrom(
        Class<Text> type,
        Type genericType,
        Annotation[] annotations,
        MediaType mediaType,
        MultivaluedMap<String, String> headers,
        InputStream body) {
      return new Text(Attempt.here(background));
    }
  }
}
