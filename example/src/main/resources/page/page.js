// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0

import { draw, element, length, millis } from "./waterfall.js";

const PATIENCE_MILLIS = 30_000;
const POLL_MILLIS = 150;
const HANDLER = "handleOrder";
const MAIL = "sendConfirmationEmail";
const DURABLE_MAIL = "process send-confirmation";

const form = document.getElementById("order");
const button = document.getElementById("place");
const status = document.getElementById("status");

form.addEventListener("submit", (event) => {
  event.preventDefault();
  placeAll();
});

document.getElementById("refused").addEventListener("click", (event) => {
  field("email").value = event.target.textContent;
  placeAll();
});

if (location.hash === "#place") {
  placeAll();
}

async function placeAll() {
  button.disabled = true;
  clearErrors();
  try {
    say("Placing the orders…");
    const good = await place("/orders", MAIL);
    const durable = await place("/orders?durable=true", DURABLE_MAIL);
    const naive = await place("/orders?naive=true", MAIL);
    const all = [good, durable, naive];
    say("The orders are answered. Waiting for the spans…");
    for (const order of all) {
      order.waterfall = await arrival(order);
    }
    const micros = Math.max(...all.map(axisLength));
    show("good", good, micros);
    show("durable", durable, micros);
    show("naive", naive, micros);
    say(good.waterfall.elsewhere ? "The orders are placed." : "Done: the orders are placed, and their spans are here.");
  } catch (problem) {
    showProblem(problem);
  } finally {
    button.disabled = false;
  }
}

/** Places an order; resolves to the order, the name of its mail's span, and when its response was there. */
async function place(path, mailName) {
  const sent = Date.now();
  const response = await fetch(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({
      email: field("email").value,
      item: field("item").value,
      quantity: field("quantity").value === "" ? null : Number(field("quantity").value),
    }),
  });
  const body = await response.json();
  const answered = Date.now();
  if (!response.ok) {
    throw body;
  }
  const skew = clockSkew(body, sent, answered);
  return {
    ...body,
    mailName,
    took: answered - sent,
    sentMicros: (sent + skew) * 1000,
    answeredMicros: (answered + skew) * 1000,
  };
}

/** How far the server's clock is ahead, should it be another machine's. */
function clockSkew(order, sent, answered) {
  const created = Date.parse(order.createdAt);
  const sameClock = created >= sent - 1 && created <= answered + 1;
  return sameClock ? 0 : created - (sent + answered) / 2;
}

/** Resolves to the waterfall of an order once its spans have arrived, or time is up. */
async function arrival(order) {
  const query = new URLSearchParams({ order: order.id, trace: order.traceId ?? "" });
  const deadline = Date.now() + PATIENCE_MILLIS;
  for (;;) {
    const waterfall = await (await fetch(`/waterfall?${query}`)).json();
    const complete = [HANDLER, order.mailName].every((name) => waterfall.rows.some((row) => row.name === name));
    if (complete || waterfall.elsewhere || Date.now() > deadline) {
      return waterfall;
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MILLIS));
  }
}

function axisLength(order) {
  return order.waterfall.rows.length > 0
    ? length(order.waterfall.rows, order.sentMicros, order.answeredMicros)
    : 1;
}

function show(side, order, micros) {
  const result = document.querySelector(`#${side} .result`);
  const rows = order.waterfall.rows;
  if (order.waterfall.elsewhere) {
    result.replaceChildren(
      facts(order),
      element("p", "", `The spans go to ${order.waterfall.elsewhere}. Look there for trace ${order.traceId}.`),
    );
  } else if (rows.length === 0) {
    result.replaceChildren(facts(order), verdict(false, "No span of this order has arrived."));
  } else {
    result.replaceChildren(
      judge(order),
      facts(order),
      draw(rows, order.sentMicros, order.answeredMicros, micros),
    );
  }
}

function judge(order) {
  const mail = mailOf(order);
  if (!mail) {
    return verdict(false, "The span of the mail has not arrived.");
  }
  if (mail.tie !== "CHILD") {
    return verdict(false, "Broken: nothing leads from the order to its mail.");
  }
  return verdict(true, "Whole: one trace from the order to its mail.");
}

function mailOf(order) {
  return order.waterfall.rows.find((row) => row.name === order.mailName);
}

function verdict(good, text) {
  return element("p", `verdict ${good ? "good" : "bad"}`, `${good ? "✓" : "✗"} ${text}`);
}

function facts(order) {
  const mail = mailOf(order);
  const list = element("dl", "facts");
  list.append(fact("Answered 201 after", `${order.took} ms`));
  if (mail) {
    const how = mail.error === undefined ? "Mail took" : "Mail failed after";
    list.append(fact(how, millis(mail.endMicros - mail.startMicros)));
  }
  return list;
}

function fact(term, detail) {
  const pair = element("div");
  pair.append(element("dt", "", term), element("dd", "", detail));
  return pair;
}

function showProblem(problem) {
  for (const error of problem.errors ?? []) {
    const input = field(error.field);
    const place = document.getElementById(`${error.field}-error`);
    if (input && place) {
      input.setAttribute("aria-invalid", "true");
      place.textContent = `${error.field} ${error.detail}`;
    }
  }
  say(problem.detail ? `Refused: ${problem.detail}` : `The service did not answer: ${problem.message}`);
}

function clearErrors() {
  for (const input of form.querySelectorAll("input")) {
    input.removeAttribute("aria-invalid");
    document.getElementById(`${input.name}-error`).textContent = "";
  }
}

/** The input of that name; not form.elements, where "item" is a method. */
function field(name) {
  return document.getElementById(name);
}

function say(text) {
  status.textContent = text;
}
