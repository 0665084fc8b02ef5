/** Small parts of the view of scenarios. */

import { html } from "../../vendor/preact.js";
import { href } from "../../lib/router.js";
import { Chip } from "../../lib/ui.js";

const OUTCOMES = {
  loaded: { tone: "", icon: "file" },
  running: { tone: "info", icon: "play" },
  passed: { tone: "ok", icon: "check" },
  failed: { tone: "bad", icon: "close" },
  stopped: { tone: "warn", icon: "stop" },
};

/** What became of a scenario. */
export function Outcome({ outcome }) {
  const { tone, icon } = OUTCOMES[outcome] ?? { tone: "", icon: "file" };
  return html`<${Chip} tone=${tone} icon=${icon}>${outcome}<//>`;
}

const UUID = /([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})/i;

/** A text in which ids of messages lead to them. */
export function Linked({ text }) {
  return text.split(new RegExp(UUID, "gi")).map((each, at) => (at % 2 ? html`<a href=${href(["messages", each])}>${each}</a>` : each));
}

/** Where what came near can be looked at; requests are journal entries. */
export function placeOf({ about, id }) {
  if (!id) return null;
  const view = { messages: "messages", requests: "journal", deliveries: "deliveries" }[about];
  return view ? href([view, id]) : null;
}

const FOUND = /^(.*?) is (.*); expected (.*)$/s;

/** Lines that say what is amiss: what was found and what was expected side by side, where a line says both. */
export function Differences({ lines }) {
  return html`<ul class="differences">${lines.map((line) => {
    const [, field, found, expected] = line.match(FOUND) ?? [];
    const [, word, rest] = line.match(/^(refused|found) {2}(.*)$/s) ?? [];
    if (word) return html`<li><span class="muted">${word}</span> <a href=${word === "refused" ? href("journal", { q: "verdict:refused" }) : undefined}>${rest}</a></li>`;
    if (!field) return html`<li><${Linked} text=${line} /></li>`;
    return html`<li class="difference"><code>${field}</code>
      <span><span class="muted">found</span> <span class="tone-bad breaks">${found}</span></span>
      <span><span class="muted">expected</span> <span class="tone-ok breaks">${expected}</span></span></li>`;
  })}</ul>`;
}

/** What came near, each with what is amiss about it. */
export function Nearest({ near }) {
  return html`<div class="nearest"><h4>Nearest</h4>
    <ul>${near.map((each) => {
      const place = placeOf(each);
      return html`<li>${place ? html`<a class="breaks" href=${place}>${each.what}</a>` : html`<span class="breaks">${each.what}</span>`}
        ${each.lines?.length > 0 && html`<${Differences} lines=${each.lines} />`}</li>`;
    })}</ul></div>`;
}

/** Save a value as a file of JSON. */
export function download(name, value) {
  const url = URL.createObjectURL(new Blob([`${JSON.stringify(value, null, 2)}\n`], { type: "application/json" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}
