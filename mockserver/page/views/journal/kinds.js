/** What each kind of journal entry is called, and how it is drawn. */

import { STATUSES } from "../../lib/ui.js";

/** @type {Record<string, {label: string, many: string, icon: string, tone?: string}>} */
export const KINDS = {
  request: { label: "Request", many: "Requests", icon: "send" },
  status: { label: "Status", many: "Statuses", icon: "check" },
  attempt: { label: "Webhook", many: "Webhooks", icon: "deliveries" },
  inbound: { label: "Inbound", many: "Inbound", icon: "messages" },
  workflow: { label: "Failover", many: "Failovers", icon: "redo" },
  update: { label: "Update", many: "Updates", icon: "check" },
  skipped: { label: "Skipped", many: "Skipped", icon: "chevron", tone: "warn" },
  dropped: { label: "Dropped", many: "Dropped", icon: "close", tone: "warn" },
  gave_up: { label: "Gave up", many: "Given up", icon: "stop", tone: "bad" },
  abandoned: { label: "Abandoned", many: "Abandoned", icon: "stop", tone: "warn" },
  fault: { label: "Fault", many: "Faults", icon: "bolt", tone: "warn" },
  scenario: { label: "Scenario", many: "Scenarios", icon: "scenarios" },
  error: { label: "Our mistake", many: "Our mistakes", icon: "alert", tone: "bad" },
};

export const kindOf = (entry) => KINDS[entry.kind] ?? { label: entry.kind, many: entry.kind, icon: "journal" };

/** Answers with which a receiver acknowledges a webhook. */
const isAcknowledged = (status) => status >= 200 && status <= 205;

/** Whether a try of a webhook was acknowledged. */
export const isGood = (attempt) => attempt.status !== null && isAcknowledged(attempt.status);

/** The tone of an entry: "bad", "warn", "ok", "info", or "" where it is nothing special. */
export function toneOf(entry) {
  const { request, attempt, status } = entry;
  if (request && request.verdict !== "accepted") return "bad";
  if (request?.fault) return "warn";
  if (attempt) return isGood(attempt) ? "" : "bad";
  if (status) return STATUSES[status.status]?.tone ?? "";
  return kindOf(entry).tone ?? "";
}

/** The icon of an entry: that of its kind, or of what came of it. */
export function iconOf(entry) {
  if (entry.status) return STATUSES[entry.status.status]?.icon ?? "check";
  if (entry.request && entry.request.verdict !== "accepted") return "alert";
  return kindOf(entry).icon;
}

/** What a request was about, without its method, path and status, which are shown beside it. */
export function aboutRequest({ about, request }) {
  const start = `${request.method} ${request.path} `;
  return about.startsWith(start) ? about.slice(start.length).replace(/^\d+ ?/, "") : about;
}

/**
 * A try of a webhook in parts: what it told, how it went, where to. Null where its words are others.
 * @returns {{what: string, outcome: string, url: string}|null}
 */
export function aboutAttempt({ about, attempt }) {
  const [what, rest] = about.split(/, to (.*)/s);
  if (rest === undefined) return null;
  const outcome = attempt.error ?? `answered ${attempt.status}`;
  return { what, outcome, url: rest.endsWith(`: ${outcome}`) ? rest.slice(0, -outcome.length - 2) : rest };
}

/** Whether a request can be judged by Explain, and as what: `{version, method}`; null if not. */
export function judgedAs({ method, path }) {
  const bare = path.split("?")[0].replace(/\/$/, "");
  const found = bare.match(/^\/(v0\.1|v1)\/(messages|dispatch)(\/[^/]+)?$/);
  if (!found) return null;
  const [, version, what, id] = found;
  if (method === "PATCH") return version === "v1" && id ? { version, method } : null;
  return method === "POST" && !id ? { version: what === "dispatch" ? null : version, method: null } : null;
}
