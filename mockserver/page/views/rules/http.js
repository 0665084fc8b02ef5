/** What requests are answered with: operations by HTTP status, and the errors in words. */

import { html } from "../../vendor/preact.js";
import { HttpStatus } from "../../lib/ui.js";
import { Mark } from "./coverage.js";
import { found } from "./read.js";
import { Find, NothingFits, Value } from "./section.js";

/** The cells of answers as a table: {operations, statuses, counts}. */
function answers(coverage) {
  const counts = new Map();
  for (const [name, count] of Object.entries(coverage?.cells ?? {})) {
    const [, operation, status] = name.match(/^answer:(.*):(\d+)$/) ?? [];
    if (operation) counts.set(`${operation} ${status}`, { operation, status, count });
  }
  const all = [...counts.values()];
  return { counts, operations: [...new Set(all.map((each) => each.operation))], statuses: [...new Set(all.map((each) => each.status))].sort() };
}

function Grid({ coverage }) {
  const { counts, operations, statuses } = answers(coverage);
  return html`<section class="rules-part"><h2>Operations and their answers</h2>
    <div class="table-box" role="region" aria-label="Operations by HTTP status" tabindex="0"><table class="rules-table is-wide">
      <thead><tr><th scope="col">Operation</th>${statuses.map((each) => html`<th scope="col" key=${each} class="num">${each}</th>`)}</tr></thead>
      <tbody>${operations.map((operation) => html`<tr key=${operation}><th scope="row"><code>${operation}</code></th>
        ${statuses.map((status) => {
          const cell = counts.get(`${operation} ${status}`);
          return html`<td key=${status}><span class=${`rules-cell ${cell?.count ? "is-met" : ""}`}>${cell ? html`<${Mark} count=${cell.count} />`
            : html`<span class="rules-none"><span aria-hidden="true">–</span><span class="sr-only">not possible</span></span>`}</span></td>`;
        })}</tr>`)}</tbody>
    </table></div></section>`;
}

function Line({ magic }) {
  const { answer, about, recipient, client_ref } = magic;
  return html`<tr><th scope="row"><${HttpStatus} status=${answer.status} /></th>
    <td class="rules-text"><strong>${answer.title}</strong><div>${answer.detail}</div><div class="muted small">${about}</div>${answer.type && html`<code class="small breaks">${answer.type}</code>`}</td>
    <td><${Value} text=${recipient} /><br /><${Value} text=${client_ref} /></td></tr>`;
}

function Problem({ problem }) {
  return html`<tr><th scope="row"><${HttpStatus} status=${problem.status} /></th>
    <td class="rules-text"><strong>${problem.title}</strong><div>${problem.when}</div><code class="small breaks">${problem.type || "empty type"}</code></td>
    <td>${problem.lists ? "yes" : html`<span class="muted">no</span>`}</td></tr>`;
}

function List({ title, about, heads, items, draw: Draw, name }) {
  return html`<section class="rules-part"><h2>${title}</h2><p class="muted">${about}</p>
    <div class="table-box" role="region" aria-label=${title} tabindex="0"><table class="table rules-list">
      <thead><tr>${heads.map((each) => html`<th scope="col" key=${each}>${each}</th>`)}</tr></thead>
      <tbody>${items.map((each, at) => html`<${Draw} key=${at} ...${{ [name]: each }} />`)}</tbody>
    </table></div></section>`;
}

export function Http({ rules, coverage, query }) {
  const asked = rules.magic.filter((each) => each.answer !== null);
  const shown = found(asked, query.find);
  const problems = found(rules.problems, query.find);
  const total = asked.length + rules.problems.length;
  return html`<${Find} label="Find an error" value=${query.find} shown=${shown.length + problems.length} total=${total} />
    ${!query.find && html`<${Grid} coverage=${coverage} />`}
    ${problems.length > 0 && html`<${List} title="Errors of v1" about="Several broken rules are answered by the first of these that one of them calls for."
      heads=${["Status", "Says", "Lists fields"]} items=${problems} draw=${Problem} name="problem" />`}
    ${shown.length > 0 && html`<${List} title="Errors on demand" about="A message to this recipient, or with this client_ref, is answered so at once."
      heads=${["Status", "Says", "Ask for it with"]} items=${shown} draw=${Line} name="magic" />`}
    ${shown.length + problems.length === 0 && html`<${NothingFits} />`}`;
}
