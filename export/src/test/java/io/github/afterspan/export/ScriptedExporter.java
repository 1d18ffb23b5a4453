// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.export;

import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;

/** Answers as it is told, and keeps what it took. */
final class ScriptedExporter implements SpanExporter {

  /** The batches that came, taken or not, by name of span. */
  final List<List<String>> batches = new CopyOnWriteArrayList<>();

  /** The spans that were taken. */
  final List<SpanData> taken = new CopyOnWriteArrayList<>();

  volatile Supplier<CompletableResultCode> answer = CompletableResultCode::ofSuccess;
  volatile boolean down;

  @Override
  public CompletableResultCode export(Collection<SpanData> spans) {
    batches.add(spans.stream().map(SpanData::getName).toList());
    CompletableResultCode result = answer.get();
    if (result.isSuccess()) {
      taken.addAll(spans);
    }
    return result;
  }

  List<String> names() {
    return taken.stream().map(SpanData::getName).toList();
  }

  @Override
  public CompletableResultCode flush() {
    return CompletableResultCode.ofSuccess();
  }

  @Override
  public CompletableResultCode shutdown() {
    down = true;
    return CompletableResultCode.ofSuccess();
  }
}
