/** What can be broken on purpose, as the control API's own document tells it, and faults in words. Pure but for `useKinds`. */

import { html, useEffect, useState } from "../../vendor/preact.js";
import { get } from "../../lib/api.js";

/**
 * @typedef {object} Schema
 * @property {Record<string, object>} members  JSON Schemas of the members of a fault, by name
 * @property {{on: string, do: string, about: string, takes: string[], needs: string[]}[]} kinds
 * @property {string[]} selectors  how a fault chooses among what fits, such as "next"
 * @property {Record<string, string[]>} when  the fields `when` may name, by what the fault is on
 */

/** @returns {Schema} */
export function schemaIn(document) {
  const schema = document.paths["/_mock/faults"].post.requestBody.content["application/json"].schema;
  return { members: schema.properties, kinds: schema["x-kinds"], selectors: schema["x-selectors"], when: schema["x-when"] };
}

/** The schema once it is there: {schema, error}. */
export function useKinds() {
  const [held, setHeld] = useState({ schema: null, error: null });
  useEffect(() => {
    const abort = new AbortController();
    get("/openapi.json", { signal: abort.signal }).then(
      (document) => setHeld({ schema: schemaIn(document), error: null }),
      (error) => abort.signal.aborted || setHeld({ schema: null, error }),
    );
    return () => abort.abort();
  }, []);
  return held;
}

/** Names of kinds as people say them. */
export const kindWords = (name) => name.replaceAll("_", " ");

/** What testers break most often: {label, fault}. */
export const PRESETS = [
  { on: "answers", label: "429 once", fault: { on: "answers", do: "status", problem: "throttled", next: 1 } },
  { on: "answers", label: "503 once", fault: { on: "answers", do: "status", problem: "unavailable", next: 1 } },
  { on: "answers", label: "Slow by 3 s", fault: { on: "answers", do: "latency", delay: "3s" } },
  { on: "answers", label: "Reset the connection once", fault: { on: "answers", do: "reset", next: 1 } },
  { on: "answers", label: "No answer once", fault: { on: "answers", do: "hang", next: 1 } },
  { on: "answers", label: "Broken JSON once", fault: { on: "answers", do: "malformed", next: 1 } },
  { on: "webhooks", label: "Drop the next “delivered”", fault: { on: "webhooks", do: "drop", when: { event: "delivered" }, next: 1 } },
  { on: "webhooks", label: "Bad signature once", fault: { on: "webhooks", do: "wrong_signature", next: 1 } },
  { on: "webhooks", label: "No signature once", fault: { on: "webhooks", do: "unsigned", next: 1 } },
  { on: "webhooks", label: "Everything twice", fault: { on: "webhooks", do: "duplicate" } },
  { on: "webhooks", label: "Out of order once", fault: { on: "webhooks", do: "reorder", next: 1 } },
  { on: "webhooks", label: "5 s late", fault: { on: "webhooks", do: "delay", delay: "5s" } },
];

const SHOWN_ONLY = ["id", "seen", "hits", "spent"];

/** A fault as it can be sent again, out of one as the API shows it. */
export const written = (fault) => Object.fromEntries(Object.entries(fault).filter(([name]) => !SHOWN_ONLY.includes(name)));

/** "the next 2", "only number 3", "one in 2", "30 % of them", "each one": which of those that fit a fault hits. */
export function choiceWords(fault) {
  if (fault.next !== undefined) return fault.next === 1 ? "the next one" : `the next ${fault.next}`;
  if (fault.nth !== undefined) return `only number ${fault.nth}`;
  if (fault.every !== undefined) return `one in ${fault.every}`;
  if (fault.probability !== undefined) return `${Math.round(fault.probability * 1000) / 10} % of them`;
  return "each one";
}

/** The members of a fault that say how it is done: [["delay", "3 s"]]. */
export function detailsOf(fault) {
  const hidden = [...SHOWN_ONLY, "on", "do", "when", "next", "nth", "every", "probability"];
  return Object.entries(fault)
    .filter(([name]) => !hidden.includes(name))
    .map(([name, value]) => [name.replaceAll("_", " "), valueWords(name, value)]);
}

const TIMES = ["delay", "retry_after", "within", "over"];

function valueWords(name, value) {
  if (TIMES.includes(name) && typeof value === "number") return `${value} s`;
  if (name === "delay") return Object.entries(value).map(([part, seconds]) => `${part} ${seconds} s`).join(", ");
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** What a fault is done to: ["channel", "sms"] pairs. */
export function asksOf(fault) {
  return Object.entries(fault.when ?? {}).map(([name, asked]) => [name, askedWords(asked)]);
}

function askedWords(asked) {
  if (Array.isArray(asked)) return asked.map(askedWords).join(" or ");
  if (asked === null || typeof asked !== "object") return String(asked);
  return Object.entries(asked).map(([test, value]) => `${kindWords(test)} ${askedWords(value)}`).join(", ");
}

/** The member of a fault that an error of the API is about, or null. */
export function memberOf(problem, members) {
  const text = problem.where ?? problem.detail ?? "";
  const needed = text.match(/ needs (\w+)/);
  if (needed) return needed[1];
  const name = text.match(/^(\w+)/)?.[1];
  return name in members ? name : null;
}
