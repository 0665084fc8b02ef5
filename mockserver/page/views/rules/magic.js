/** Magic values: recipients and references that ask for an outcome. */

import { html } from "../../vendor/preact.js";
import { duration } from "../../lib/format.js";
import { Icon } from "../../lib/icons.js";
import { HttpStatus, Status } from "../../lib/ui.js";
import { found } from "./read.js";
import { Find, NothingFits, Value } from "./section.js";

/** What a magic value does, as the answer or the statuses it leads to. */
function Does({ magic: { answer, steps, copies } }) {
  if (answer) return html`<${HttpStatus} status=${answer.status} />`;
  if (steps.length === 0) return html`<span class="muted">no webhook</span>`;
  return html`<span class="rules-steps">${steps.map(({ status, code, after_s }, at) => html`${at > 0 && html`<${Icon} name="chevron" size=${10} />`}<span class="row">
      <${Status} status=${status} />${code !== null && html`<span class="num">${code}</span>`}${after_s !== null && html`<span class="muted small">after ${duration(after_s * 1000)}</span>`}</span>`)}
    ${copies > 1 && html`<span class="muted small">each ${copies} times</span>`}</span>`;
}

export function Magic({ rules, query }) {
  const shown = found(rules.magic, query.find);
  return html`<p class="rules-about">Either of the two, in a message itself, asks for an outcome: its recipient, or its <code>client_ref</code>. It goes before the provider's rules and after the contract.</p>
    <${Find} label="Find a magic value" value=${query.find} shown=${shown.length} total=${rules.magic.length} />
    ${shown.length === 0 ? html`<${NothingFits} />` : html`<div class="table-box" role="region" aria-label="Magic values" tabindex="0"><table class="table rules-list">
      <thead><tr><th scope="col">Recipient</th><th scope="col">client_ref</th><th scope="col">Does</th><th scope="col">Means</th></tr></thead>
      <tbody>${shown.map((each) => html`<tr key=${each.directive}><th scope="row"><${Value} text=${each.recipient} /></th>
        <td><${Value} text=${each.client_ref} /></td><td><${Does} magic=${each} /></td><td class="rules-text">${each.about}</td></tr>`)}</tbody>
    </table></div>`}`;
}
