/** Chips that narrow the journal: by kind of entry, by verdict, by what a request has. They live in the address. */

import { html } from "../../vendor/preact.js";
import { setQuery } from "../../lib/router.js";
import { classes, Select } from "../../lib/ui.js";
import { KINDS } from "./kinds.js";

const CHIPS = [
  { name: "kind", value: "request", label: "Requests" },
  { name: "kind", value: "status", label: "Statuses" },
  { name: "kind", value: "attempt", label: "Webhooks" },
  { name: "kind", value: "inbound", label: "Inbound" },
  { name: "verdict", value: "accepted", label: "Accepted", tone: "ok" },
  { name: "verdict", value: "refused", label: "Refused", tone: "bad" },
  { name: "verdict", value: "failed", label: "Failed", tone: "bad" },
  { name: "has", value: "violation", label: "Violations", tone: "bad" },
  { name: "has", value: "finding", label: "Findings", tone: "warn" },
  { name: "has", value: "fault", label: "Faults", tone: "warn" },
];
const FILTERS = ["kind", "verdict", "has"];
const GROUPS = FILTERS.map((name) => CHIPS.filter((each) => each.name === name));
const LABELS = { kind: "Kind", verdict: "Verdict", has: "Has" };

/** The filters in force, for the list. */
export const filtersOf = (query) => Object.fromEntries(FILTERS.map((name) => [name, query[name]]));

/** Whether anything narrows the list. */
export const isNarrowed = (query) => ["q", ...FILTERS].some((name) => query[name]);

/** Take all that narrows the list away. */
export const widen = () => setQuery({ q: null, kind: null, verdict: null, has: null });

function FilterChip({ name, value, label, tone, query }) {
  const isOn = query[name] === value;
  return html`<button type="button" class=${classes("journal-filter", isOn && "is-on", isOn && tone && `is-${tone}`)} aria-pressed=${isOn}
    onClick=${() => setQuery({ [name]: isOn ? null : value })}>${label}</button>`;
}

export function Filters({ query }) {
  const others = Object.entries(KINDS).filter(([kind]) => !CHIPS.some((each) => each.value === kind));
  const chosen = others.some(([kind]) => kind === query.kind) ? query.kind : "";
  const options = [{ value: "", label: "Other kinds" }, ...others.map(([value, { many }]) => ({ value, label: many }))];
  return html`<div class="journal-filters">
    ${GROUPS.map((group) => html`<div class="journal-group" role="group" aria-label=${LABELS[group[0].name]}>
      ${group.map((each) => html`<${FilterChip} ...${each} query=${query} />`)}
      ${group[0].name === "kind" && html`<${Select} value=${chosen} options=${options} aria-label="Other kinds" class=${classes("input select journal-other", chosen && "is-on")}
        onChange=${(kind) => setQuery({ kind: kind || null })} />`}
    </div>`)}
  </div>`;
}
