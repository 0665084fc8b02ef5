/** The rules of a scenario: how many sends fitted each, how many it decided, and what nearly did. */

import { html } from "../../vendor/preact.js";
import * as format from "../../lib/format.js";
import { href } from "../../lib/router.js";
import { Chip } from "../../lib/ui.js";
import { Differences } from "./parts.js";

export function Rules({ play, sends }) {
  if (play.rules.length === 0) return null;
  return html`<section class="card" aria-labelledby="rules-title">
    <header class="card-head"><h3 id="rules-title">Rules</h3><span class="muted num">${format.count(sends, "send")} so far; the first that fits decides</span></header>
    <div class="scenario-table"><table class="table">
      <thead><tr><th scope="col">Rule</th><th scope="col" class="is-number">Fitted</th><th scope="col" class="is-number">Decided</th><th scope="col">Nearest that it left to others</th></tr></thead>
      <tbody>${play.rules.map((each) => html`<tr key=${each.rule}>
        <th scope="row">${each.rule}</th>
        <td class="is-number">${format.number(each.seen)}</td>
        <td class="is-number">${each.decided > 0 ? html`<${Chip} tone="ok">${format.number(each.decided)}<//>` : "0"}</td>
        <td>${each.near ? html`<span>${each.near.what}</span><${Differences} lines=${each.near.lines} />` : html`<span class="muted">–</span>`}</td>
      </tr>`)}</tbody>
    </table></div>
    ${sends > 0 && html`<p class="scenario-more"><a href=${href("journal", { q: play.id })}>Its decisions in the journal</a></p>`}
  </section>`;
}
