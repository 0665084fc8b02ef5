/** The asynchronous error codes: what a status webhook can hold. */

import { html } from "../../vendor/preact.js";
import { href } from "../../lib/router.js";
import { Status } from "../../lib/ui.js";
import { Mark } from "./coverage.js";
import { found } from "./read.js";
import { Find, NothingFits, Value } from "./section.js";

const statusIn = (error, version) => (!error.dialects.includes(version) ? null : version === "v1" ? (error.v1_status ?? error.status) : error.status);

function Line({ rules, coverage, error }) {
  const { code, label, meaning, note } = error;
  const magic = rules.magic.find((each) => each.steps.some((step) => step.code === code));
  return html`<tr><th scope="row" class="num">${code}</th>
    <td class="rules-text"><strong>${label}</strong><div>${meaning}</div>${note && html`<div class="muted small">${note}</div>`}</td>
    ${rules.versions.map((version) => {
      const status = statusIn(error, version);
      return html`<td key=${version}>${status ? html`<span class="rules-code-in"><${Status} status=${status} /><${Mark} count=${coverage?.cells[`code:${version}:${code}`] ?? 0} /></span>`
        : html`<span class="muted"><span aria-hidden="true">–</span><span class="sr-only">not in this version</span></span>`}</td>`;
    })}
    <td>${magic && html`<${Value} text=${magic.recipient} />`}</td></tr>`;
}

export function Errors({ rules, coverage, query }) {
  const shown = found(rules.errors, query.find);
  return html`<p class="rules-about">What the <code>error</code> of a status webhook can hold. A message to the recipient in the last column ends in that code; <a href=${href(["rules", "magic"])}>magic values</a> tell more.</p>
    <${Find} label="Find a code" value=${query.find} shown=${shown.length} total=${rules.errors.length} />
    ${shown.length === 0 ? html`<${NothingFits} />` : html`<div class="table-box" role="region" aria-label="Error codes" tabindex="0"><table class="table rules-list">
      <thead><tr><th scope="col">Code</th><th scope="col">Means</th>${rules.versions.map((each) => html`<th scope="col" key=${each}>${each}</th>`)}<th scope="col">Recipient that asks for it</th></tr></thead>
      <tbody>${shown.map((each) => html`<${Line} key=${each.code} rules=${rules} coverage=${coverage} error=${each} />`)}</tbody>
    </table></div>`}`;
}
