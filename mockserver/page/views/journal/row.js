/** One entry as a row of a list. Holds nothing to press. */

import { html } from "../../vendor/preact.js";
import * as format from "../../lib/format.js";
import { Icon } from "../../lib/icons.js";
import { Chip, classes, HttpStatus, Time } from "../../lib/ui.js";
import { aboutAttempt, aboutRequest, iconOf, kindOf, toneOf } from "./kinds.js";

function RequestWords({ entry }) {
  const { request } = entry;
  const what = aboutRequest(entry);
  const isRefused = request.verdict !== "accepted";
  return html`
    <div class="journal-line"><strong class="clip">${request.method} ${request.path}</strong><${HttpStatus} status=${request.status || null} />
      ${request.fault && html`<${Chip} tone="warn" icon="bolt">${format.clip(request.fault, 40)}<//>`}
      ${!isRefused && request.findings.length > 0 && html`<${Chip} tone="warn">${format.count(request.findings.length, "finding")}<//>`}
    </div>
    ${what && html`<div class=${classes("journal-about", isRefused && "tone-bad")}>${format.clip(what, 240)}</div>`}`;
}

/** A try of a webhook: what it told, how it went, then where to. */
function AttemptWords({ entry, tone }) {
  const words = aboutAttempt(entry);
  if (words === null) return html`<div class="clip">${format.clip(entry.about, 240)}</div>`;
  const { what, outcome, url } = words;
  return html`<div class="clip"><span class=${tone === "bad" ? "tone-bad" : ""}>${what}: ${format.clip(outcome, 100)}</span> ${format.clip(url, 120)}</div>`;
}

function EventWords({ entry, tone }) {
  if (entry.attempt) return html`<${AttemptWords} entry=${entry} tone=${tone} />`;
  return html`<div class=${classes("clip", tone === "bad" && "tone-bad")}>${format.clip(entry.about, 240)}</div>`;
}

export function Row({ entry }) {
  const tone = toneOf(entry);
  const isRequest = Boolean(entry.request);
  return html`<div class=${classes("journal-row", isRequest ? "is-request" : "is-event", isRequest && tone === "bad" && "is-refused")}>
    <span class=${classes("journal-icon", tone && `tone-${tone}`)} title=${kindOf(entry).label}><${Icon} name=${iconOf(entry)} size=${14} /><span class="sr-only">${kindOf(entry).label}</span></span>
    <div class="journal-words">${isRequest ? html`<${RequestWords} entry=${entry} />` : html`<${EventWords} entry=${entry} tone=${tone} />`}</div>
    <div class="journal-when"><${Time} at=${entry.at} /><span class="journal-number num" aria-hidden="true">#${entry.id}</span></div>
  </div>`;
}
