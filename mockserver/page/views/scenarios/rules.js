/** The rules of a scenario: how many sends fitted each, how many it decided, and what nearly did. */

import { html } from "../../vendor/preact.js";
import * as format from "../../lib/format.js";
import { useQuery } from "../../lib/live.js";
import { href } from "../../lib/router.js";
import { Chip, Time } from "../../lib/ui.js";
import { Differences } from "./parts.js";

export function Rules({ play, sends }) {
  if (play.rules.length === 0) return null;
  return html`<section class="card" aria-labelledby="rules-title">
    <header class="card-head"><h3 id="rules-title">Rules</h3><span class="muted num">${format.count(sends, "send")} so far; the first that fits decides</span></header>
    <div class="scenario-table" tabindex="0" role="region" aria-label="Rules, what each met"><table class="table">
      <thead><tr><th scope="col">Rule</th><th scope="col" class="is-number">Fitted</th><th scope="col" class="is-number">Decided</th><th scope="col">Nearest that it left to others</th></tr></thead>
      <tbody>${play.rules.map((each) => html`<tr key=${each.rule}>
        <th scope="row">${each.rule}</th>
        <td class="is-number">${format.number(each.seen)}</td>
        <td class="is-number">${each.decided > 0 ? html`<${Chip} tone="ok">${format.number(each.decided)}<//>` : "0"}</td>
        <td>${each.near ? html`<span>${each.near.what}</span><${Differences} lines=${each.near.lines} />` : html`<span class="muted">–</span>`}</td>
      </tr>`)}</tbody>
    </table></div>
    <${Decisions} play=${play} />
  </section>`;
}

/** The newest decisions of the run, each with its entry and its message. */
function Decisions({ play }) {
  const path = play.first_entry === null ? null : "/journal";
  const { data } = useQuery(path, { params: { kind: "scenario", limit: 200 }, refreshOn: ["entry:scenario"] });
  const begins = `scenario ${play.id} rule `;
  const made = (data?.entries ?? []).filter((each) => each.id >= play.first_entry && each.about.startsWith(begins));
  if (made.length === 0) return null;
  return html`<div class="decisions"><h4>Decisions, the newest first</h4>
    <div class="decisions-list" tabindex="0" role="region" aria-label="Decisions"><ol>${made.map((each) => html`<li key=${each.id}>
      <${Time} at=${each.at} as="precise" />
      <a class="grow breaks" href=${href(["journal", String(each.id)])}>${each.about.slice(begins.length)}</a>
      ${each.message_uuid && html`<a class="small nowrap" href=${href(["messages", each.message_uuid])}>message<span class="sr-only"> of entry ${each.id}</span></a>`}
    </li>`)}</ol></div></div>`;
}
