// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.durable;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;

/** The codec unless one is set. Safe for use by several threads. */
final class JacksonCodec implements PayloadCodec {

  private final ObjectMapper mapper =
      JsonMapper.builder()
          .findAndAddModules()
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .build();

  @Override
  public String encode(Object payload) throws JsonProcessingException {
    return mapper.writeValueAsString(payload);
  }

  @Override
  public <T> T decode(String json, Class<T> type) throws JsonProcessingException {
    return mapper.readValue(json, type);
  }
}
