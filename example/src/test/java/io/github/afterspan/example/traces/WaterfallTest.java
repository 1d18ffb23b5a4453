// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.example.traces;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.afterspan.example.traces.Waterfall.Row;
import io.github.afterspan.example.traces.Waterfall.Tie;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import zipkin2.Span;

@Timeout(10)
class WaterfallTest {

  private static final String REQUEST = "00000000000000000000000000000001";
  private static final String OTHER = "00000000000000000000000000000002";

  @Test
  void putsChildrenBelowTheirParents_byTheirStart() {
    Span root = span(REQUEST, "a", null, "handleOrder", 0, 10);
    Span late = span(REQUEST, "b", "a", "sendConfirmationEmail", 8, 300);
    Span early = span(REQUEST, "c", "a", "checkStock", 2, 4);
    Span below = span(REQUEST, "d", "b", "smtp", 9, 299);

    List<Row> rows = Waterfall.of(List.of(List.of(below, late, root, early)), REQUEST).rows();

    assertThat(rows)
        .extracting(Row::name)
        .containsExactly("handleOrder", "checkStock", "sendConfirmationEmail", "smtp");
    assertThat(rows).extracting(Row::depth).containsExactly(0, 1, 1, 2);
    assertThat(rows)
        .extracting(Row::tie)
        .containsExactly(Tie.ROOT, Tie.CHILD, Tie.CHILD, Tie.CHILD);
    assertThat(rows.get(3).parentName()).isEqualTo("sendConfirmationEmail");
    assertThat(rows.get(3).endMicros() - rows.get(3).startMicros()).isEqualTo(290);
  }

  @Test
  void marksOrphan_whenASpanHasATraceOfItsOwn() {
    Span mail = span(OTHER, "b", null, "sendConfirmationEmail", 8, 300);
    Span root = span(REQUEST, "a", null, "handleOrder", 9, 10);

    List<Row> rows = Waterfall.of(List.of(List.of(mail), List.of(root)), REQUEST).rows();

    assertThat(rows).extracting(Row::name).containsExactly("handleOrder", "sendConfirmationEmail");
    assertThat(rows).extracting(Row::tie).containsExactly(Tie.ROOT, Tie.ORPHAN);
  }

  @Test
  void marksMissingParent_whenItHasNotArrived() {
    Span root = span(REQUEST, "a", null, "handleOrder", 0, 10);
    Span mail = span(REQUEST, "b", "e", "sendConfirmationEmail", 8, 300);

    List<Row> rows = Waterfall.of(List.of(List.of(root, mail)), REQUEST).rows();

    assertThat(rows).extracting(Row::tie).containsExactly(Tie.ROOT, Tie.MISSING_PARENT);
    assertThat(rows.get(1).parentId()).isEqualTo("000000000000000e");
    assertThat(rows.get(1).parentName()).isNull();
  }

  static Span span(String traceId, String id, String parentId, String name, long start, long end) {
    return Span.newBuilder()
        .traceId(traceId)
        .id(id)
        .parentId(parentId)
        .name(name)
        .timestamp(1_000_000 + start)
        .duration(end - start)
        .putTag(OtlpToZipkin.NAME_TAG, name)
        .build();
  }
}
