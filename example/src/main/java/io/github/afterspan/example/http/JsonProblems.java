// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.example.http;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.InputCoercionException;
import com.fasterxml.jackson.core.exc.StreamReadException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Says in the client's words what Jackson found wrong with a body. */
final class JsonProblems {

  private JsonProblems() {}

  static Problem of(JsonProcessingException e) {
    if (e instanceof UnrecognizedPropertyException unknown) {
      return field(unknown, "is unknown; the fields are " + known(unknown));
    }
    if (e instanceof MismatchedInputException mismatch && !mismatch.getPath().isEmpty()) {
      return field(mismatch, "must be " + noun(mismatch.getTargetType()));
    }
    if (e instanceof JsonMappingException mapping
        && mapping.getCause() instanceof InputCoercionException outOfRange) {
      return field(mapping, "must be " + noun(outOfRange.getTargetType()) + " of an ordinary size");
    }
    if (e instanceof MismatchedInputException mismatch && noContent(mismatch)) {
      return Problem.badRequest("the body must be a JSON object, was empty");
    }
    if (e instanceof MismatchedInputException) {
      return Problem.badRequest("the body must be one JSON object");
    }
    return malformed(e.getCause() instanceof StreamReadException syntax ? syntax : e);
  }

  private static Problem field(JsonMappingException e, String rule) {
    return Problem.invalid(List.of(new Problem.Violation(path(e), rule)));
  }

  private static Problem malformed(JsonProcessingException e) {
    JsonLocation at = e.getLocation();
    String where =
        at == null ? "" : " (line " + at.getLineNr() + ", column " + at.getColumnNr() + ")";
    String what = e.getOriginalMessage().lines().findFirst().orElse("");
    return Problem.badRequest("the body is not valid JSON" + where + ": " + what);
  }

  private static boolean noContent(MismatchedInputException e) {
    return e.getOriginalMessage().startsWith("No content");
  }

  private static String path(JsonMappingException e) {
    StringBuilder path = new StringBuilder();
    for (JsonMappingException.Reference step : e.getPath()) {
      if (step.getFieldName() == null) {
        path.append('[').append(step.getIndex()).append(']');
      } else {
        path.append(path.isEmpty() ? "" : ".").append(step.getFieldName());
      }
    }
    return path.toString();
  }

  private static String known(UnrecognizedPropertyException e) {
    Collection<Object> known = e.getKnownPropertyIds();
    return known == null
        ? "none"
        : known.stream().map(String::valueOf).sorted().collect(Collectors.joining(", "));
  }

  private static String noun(@Nullable Class<?> type) {
    if (type == null || type == Object.class) {
      return "of another type";
    }
    if (type == String.class) {
      return "a string";
    }
    return Number.class.isAssignableFrom(type) || type.isPrimitive()
        ? "a whole number"
        : "an object";
  }
}
