// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.export;

import io.opentelemetry.sdk.autoconfigure.spi.ConfigProperties;
import io.opentelemetry.sdk.autoconfigure.spi.traces.ConfigurableSpanExporterProvider;
import io.opentelemetry.sdk.trace.export.SpanExporter;

/** Makes the exporter {@code scripted} known to an autoconfigured SDK. */
public final class ScriptedExporterProvider implements ConfigurableSpanExporterProvider {

  /** The one that was made last. */
  static volatile ScriptedExporter made = new ScriptedExporter();

  @Override
  public SpanExporter createExporter(ConfigProperties config) {
    made = new ScriptedExporter();
    return made;
  }

  @Override
  public String getName() {
    return "scripted";
  }
}
