// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0

const TICKS = 4;

/** How long it took from the request until the last span had ended and the response was there. */
export function length(rows, requestMicros, responseMicros) {
  const zero = start(rows, requestMicros);
  return Math.max(1, responseMicros - zero, ...rows.map((row) => row.endMicros - zero));
}

/** Draws spans and the moment of the response, on an axis of so many microseconds. */
export function draw(rows, requestMicros, responseMicros, axisMicros) {
  const zero = start(rows, requestMicros);
  const percent = (micros) => Math.min(100, Math.max(0, ((micros - zero) / axisMicros) * 100));
  const response = percent(responseMicros);
  const waterfall = element("div", "waterfall");
  waterfall.append(responseLabel(responseMicros - zero, response));
  for (const trace of byTrace(rows)) {
    waterfall.append(traceLine(trace[0].traceId), spanList(trace, zero, percent));
  }
  const lines = element("div", "lines");
  const line = element("div", "response");
  line.style.left = `${response}%`;
  lines.append(line);
  waterfall.append(lines);
  const drawing = document.createDocumentFragment();
  drawing.append(waterfall, axis(axisMicros));
  return drawing;
}

export function millis(micros) {
  return `${(micros / 1000).toFixed(micros > 0 && micros < 10_000 ? 1 : 0)} ms`;
}

export function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) {
    made.className = className;
  }
  if (text !== undefined) {
    made.textContent = text;
  }
  return made;
}

function start(rows, requestMicros) {
  return Math.min(requestMicros, ...rows.map((row) => row.startMicros));
}

function byTrace(rows) {
  const traces = new Map();
  for (const row of rows) {
    traces.set(row.traceId, [...(traces.get(row.traceId) ?? []), row]);
  }
  return traces.values();
}

function responseLabel(micros, percent) {
  const label = element("p", "response-label");
  const text = element("span", "", `▼ the client had its response: ${millis(micros)}`);
  if (percent > 50) {
    text.textContent = `the client had its response: ${millis(micros)} ▼`;
    text.style.right = `calc(${100 - percent}% - 0.4em)`;
  } else {
    text.style.left = `calc(${percent}% - 0.4em)`;
  }
  label.append(text);
  return label;
}

function traceLine(traceId) {
  const line = element("h3", "trace");
  const id = element("span");
  id.append("Trace ", element("code", "", traceId));
  const link = element("a", "", "open in Zipkin");
  link.href = `/zipkin/traces/${traceId}`;
  link.setAttribute("aria-label", `open trace ${traceId} in Zipkin`);
  line.append(id, link);
  return line;
}

function spanList(rows, zero, percent) {
  const list = element("ol", "spans");
  for (const row of rows) {
    list.append(span(row, zero, percent));
  }
  return list;
}

function span(row, zero, percent) {
  const item = element("li");
  const text = element("div", "text");
  const label = element("div", "label");
  label.style.paddingLeft = `${row.depth * 1.25}rem`;
  label.append(
    element("span", "name", row.name),
    element("span", "times", `${millis(row.startMicros - zero)} – ${millis(row.endMicros - zero)}`),
    tie(row),
  );
  text.append(label);
  if (row.error !== undefined) {
    const failure = element("p", "failure", `failed: ${row.error || "no message"}`);
    failure.style.paddingLeft = label.style.paddingLeft;
    text.append(failure);
  }
  const track = element("div", "track");
  track.setAttribute("aria-hidden", "true");
  const bar = element("div", `bar ${row.tie}${row.error === undefined ? "" : " failed"}`);
  bar.style.left = `${percent(row.startMicros)}%`;
  bar.style.width = `${percent(row.endMicros) - percent(row.startMicros)}%`;
  track.append(bar);
  item.append(text, track);
  return item;
}

function tie(row) {
  switch (row.tie) {
    case "ROOT":
      return element("span", "tie", "root");
    case "CHILD":
      return element("span", "tie", `child of ${row.parentName}`);
    case "ORPHAN":
      return element("span", "tie wrong", "orphan: no parent, a trace of its own");
    default:
      return element("span", "tie wrong", `its parent ${row.parentId} never arrived`);
  }
}

function axis(micros) {
  const line = element("div", "axis");
  line.setAttribute("aria-hidden", "true");
  for (let tick = 0; tick <= TICKS; tick++) {
    line.append(element("span", "", millis((micros * tick) / TICKS)));
  }
  return line;
}
