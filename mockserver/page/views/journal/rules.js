/** Broken rules and findings: the field, what was found, what was expected, the nearest valid choice. */

import { html } from "../../vendor/preact.js";
import { clip } from "../../lib/format.js";
import { Icon } from "../../lib/icons.js";
import { Chip, classes, Code, Json, jsonLines } from "../../lib/ui.js";
import { brokenAt } from "./places.js";

const written = (value) => (typeof value === "string" ? value : JSON.stringify(value));

/** The name of a field; a button where it can be gone to. */
function FieldName({ name, onPick }) {
  if (!onPick) return html`<code class="rule-field">${name}</code>`;
  return html`<button type="button" class="rule-field is-link" onClick=${() => onPick(name)} title="Go to it in the body"><code>${name}</code></button>`;
}

const FOLD_CHARS = 160;

/** A value; a long one is folded. */
function Folded({ text }) {
  if (text.length <= FOLD_CHARS) return html`<code>${text}</code>`;
  return html`<details class="rule-fold"><summary><code>${clip(text, FOLD_CHARS / 2)}</code></summary><code>${text}</code></details>`;
}

function Part({ label, tone, value, children }) {
  if (value === null || value === undefined || value === "") return null;
  return html`<div><dt>${label}</dt><dd class=${classes("breaks", tone && `tone-${tone}`)}>${children ?? value}</dd></div>`;
}

/**
 * Broken rules, one by one.
 * @param {{violations: object[], onPick?: (name: string) => void}} props  `onPick` is called with the field pressed
 */
export function Violations({ violations, onPick }) {
  return html`<ul class="rules-broken" aria-label="Broken rules">${violations.map((each) => html`<li class="rule-broken">
    <div class="row wrap"><${FieldName} name=${each.name} onPick=${onPick} /><${Chip} tone="bad">${each.rule.replaceAll("_", " ")}<//></div>
    <dl class="rule-parts">
      <${Part} label="Found" value=${each.found} tone="bad"><code>${written(each.found)}</code><//>
      ${each.found === null && each.rule === "required" && html`<${Part} label="Found" value="nothing" tone="bad" />`}
      <${Part} label="Expected" value=${each.expected} />
      <${Part} label="Nearest" value=${each.nearest} tone="ok"><${Folded} text=${written(each.nearest ?? "")} /><//>
      ${!says(each) && html`<${Part} label="Why" value=${each.reason} />`}
      <${Part} label="Source" value=${each.source} />
    </dl>
  </li>`)}</ul>`;
}

/** Whether what is found, expected and nearest says all that the reason does. */
function says({ reason, found, expected, rule }) {
  return (found !== null || rule === "required") && expected !== null && !/did you mean/.test(reason);
}

/** Findings, one by one. */
export function Findings({ findings, onPick }) {
  return html`<ul class="rules-broken" aria-label="Findings">${findings.map((each) => html`<li class="rule-finding">
    <div class="row wrap"><${FieldName} name=${each.name} onPick=${onPick} /><${Chip} tone="warn">${each.rule.replaceAll("_", " ")}<//></div>
    <p class="breaks">${each.detail}</p>
  </li>`)}</ul>`;
}

/** The marks of a body for `Json`: its broken rules and findings, those that are about the body. */
export function marksOf(value, violations, findings) {
  const paths = new Set(jsonLines(value).map((each) => each.path));
  const at = (name) => (name === "body" && !paths.has("body") ? "" : name);
  const bad = violations.map((each) => ({ path: at(each.name), tone: "bad", note: each.reason, rule: each.rule }));
  const odd = findings.map((each) => ({ path: at(each.name), tone: "warn", note: each.detail }));
  return [...bad, ...odd].filter(({ path, rule }) => paths.has(path) || rule === "required");
}

/** The nearest valid form of a body, with what it changes marked. */
export function Nearest({ nearest, body }) {
  return html`<${Json} value=${nearest} label="Nearest valid form" marks=${changesOf(body, nearest)} />`;
}

/** Marks of the leaves of a value that another has otherwise, or not at all. `body` may be JSON text. */
export function changesOf(body, value) {
  let before;
  try {
    before = new Map(jsonLines(JSON.parse(body)).map((each) => [each.path, each]));
  } catch {
    return [];
  }
  const isLeaf = ({ kind }) => kind !== "open" && kind !== "close";
  return jsonLines(value).filter(isLeaf).flatMap((each) => {
    const was = before.get(each.path);
    if (was && was.text === each.text) return [];
    return [{ path: each.path, tone: "info", note: was && isLeaf(was) ? `was ${clip(was.text, 80)}` : "added" }];
  });
}

/** A body that is no JSON, line by line, with the place marked where it stops being so. */
function BrokenText({ text, place, note }) {
  return html`<div class="code"><div class="code-text json" tabindex="0" role="region" aria-label="Body">
    ${text.split("\n").map((line, at) => {
      if (at !== place.line) return html`<div class="json-line"><span class="json-code">${line || " "}</span></div>`;
      return html`<div class="json-line mark-bad"><span class="json-code">${line.slice(0, place.column)}<mark class="rule-place">${
        line.slice(place.column, place.column + 1) || " "}</mark>${line.slice(place.column + 1)}</span>
        <span class="json-note tone-bad">${note}</span></div>`;
    })}
  </div></div>`;
}

/** The body of a request with the places marked that break a rule, or are odd. */
export function MarkedBody({ body, violations = [], findings = [], label = "Body" }) {
  let value;
  try {
    value = JSON.parse(body);
  } catch {
    const broken = violations.find((each) => brokenAt(each.reason));
    if (broken) return html`<${BrokenText} text=${body} place=${brokenAt(broken.reason)} note=${broken.reason} />`;
    return html`<${Code} text=${body} label=${label} wrap />`;
  }
  return html`<${Json} value=${value} source=${body} label=${label} marks=${marksOf(value, violations, findings)} />`;
}

/** A line that names what was done on purpose. */
export function FaultLine({ fault, children }) {
  return html`<div class="fault-line"><${Icon} name="bolt" /><span class="breaks">${children} <strong>${fault}</strong></span></div>`;
}
