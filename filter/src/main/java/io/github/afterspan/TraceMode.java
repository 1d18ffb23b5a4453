// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan;

/**
 * How the span of a task is tied to the span that was current when it was dispatched.
 *
 * <p>Without a valid span at dispatch every mode gives a new root without links. The modes that
 * stay in the trace follow its sampling decision, so the task of an unsampled request is unsampled
 * too; {@link #NEW_TRACE_WITH_LINK} is sampled anew.
 *
 * @see <a
 *     href="https://opentelemetry.io/docs/specs/otel/overview/#links-between-spans">OpenTelemetry
 *     specification, links between spans</a>
 */
public enum TraceMode {
  /** Same trace, child of the dispatching span. The default. */
  CHILD,
  /**
   * Same trace, child of the dispatching span, with the parent flagged as remote: for backends that
   * treat a span with a remote parent as an entry point, and samplers with a rule of their own for
   * remote parents.
   */
  REMOTE_CHILD,
  /** Same trace, child of the dispatching span, with a link to it as well. */
  CHILD_WITH_LINK,
  /** A new trace, whose root span links to the dispatching span. */
  NEW_TRACE_WITH_LINK
}
