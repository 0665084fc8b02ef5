/** What happened to a message, and what is to come, as points in time. Pure. */

import * as format from "../../lib/format.js";
import { href } from "../../lib/router.js";
import { aboutAttempt, aboutRequest, iconOf, isGood, kindOf, toneOf } from "../journal/kinds.js";

/**
 * @typedef {object} Point
 * @property {string} id
 * @property {number} at  milliseconds since 1970
 * @property {string} label  a word or two, for the drawing
 * @property {string} words  the same in full
 * @property {string} tone  "ok", "warn", "bad", "info" or ""
 * @property {string} icon
 * @property {string} href
 * @property {string|null} delivery  the webhook it belongs to; null for what happened to the message itself
 * @property {"past"|"next"} when
 * @property {string|null} status  the status taken, or the event told of
 */

function labelOf(entry) {
  const { request, attempt, status, kind } = entry;
  if (request) return request.method === "POST" ? String(request.status || "no answer") : `${request.method} ${request.status}`;
  if (attempt) return attempt.status === null ? "failed" : String(attempt.status);
  if (status) return status.status;
  return { inbound: "received", workflow: "failover" }[kind] ?? kindOf(entry).label.toLowerCase();
}

function wordsOf(entry) {
  if (entry.request) return `${entry.request.method} ${entry.request.path}: ${aboutRequest(entry)}`;
  const tried = entry.attempt && aboutAttempt(entry);
  return tried ? `${tried.what}: ${tried.outcome}` : entry.about;
}

function pointOf(entry) {
  const { attempt } = entry;
  return {
    id: `entry-${entry.id}`,
    at: Date.parse(entry.at),
    label: labelOf(entry),
    words: wordsOf(entry),
    tone: attempt && isGood(attempt) ? "ok" : toneOf(entry),
    icon: iconOf(entry),
    href: href(["journal", entry.id]),
    delivery: entry.delivery ?? null,
    when: "past",
    status: entry.status?.status ?? (entry.kind === "inbound" ? "inbound" : null),
  };
}

/** A message that a failover sent after this one, or before. */
function hopOf(other) {
  return {
    id: `hop-${other.message_uuid}`,
    at: Date.parse(other.at),
    label: `to ${format.channel(other.channel)}`,
    words: `The failover goes on with ${format.channel(other.channel)} ${other.kind}, which is ${other.status}`,
    tone: "info",
    icon: "redo",
    href: href(["messages", other.message_uuid]),
    delivery: null,
    when: "past",
    status: null,
  };
}

function plannedOf(step, place, message) {
  return {
    id: `plan-${place}`,
    at: Date.parse(step.at),
    label: step.status,
    words: `Planned: ${step.status}${step.error ? ` (${step.error.code} ${step.error.reason})` : ""}`,
    tone: "",
    icon: "clockface",
    href: href(["messages", message.message_uuid]),
    delivery: null,
    when: "next",
    status: step.status,
  };
}

function retryOf(delivery) {
  const number = delivery.attempts.length + 1;
  return {
    id: `retry-${delivery.id}`,
    at: Date.parse(delivery.next_at),
    label: `try ${number}`,
    words: `Planned: try ${number} of the ${delivery.event} webhook`,
    tone: "",
    icon: "deliveries",
    href: href(["deliveries", delivery.id]),
    delivery: delivery.id,
    when: "next",
    status: delivery.event,
  };
}

/**
 * All points of a message: what happened in the order of the journal, then what is to come by its time.
 * @param {{message: object, journal: object[], deliveries: object[], plan?: object[]}} held  the answer of GET /_mock/messages/{uuid}
 * @param {object[]} related  the messages of the same failover, this one among them
 * @returns {Point[]}
 */
export function pointsOf(held, related = []) {
  const { message, journal, deliveries } = held;
  const past = journal.map(pointOf);
  const item = message.item ?? message.step;
  const next = related.find((each) => (each.item ?? each.step) === item + 1);
  if (next) {
    const hop = hopOf(next);
    const place = past.findIndex((each) => each.at > hop.at);
    past.splice(place < 0 ? past.length : place, 0, hop);
  }
  const plan = (held.plan ?? []).map((step, place) => plannedOf(step, place, message));
  const retries = deliveries.filter((each) => each.state === "pending" && each.next_at && each.attempts.length > 0).map(retryOf);
  return [...past, ...[...plan, ...retries].sort((one, other) => one.at - other.at)];
}
