/** How much of the contract this run has met, as bars. */

import { html } from "../../vendor/preact.js";
import { count, number } from "../../lib/format.js";
import { Icon } from "../../lib/icons.js";

function Bar({ title, covered, total, percent }) {
  return html`<div class="rules-bar">
    <span class="rules-bar-title">${title}</span><span class="num muted">${number(covered)} of ${number(total)}</span>
    <span class="rules-track" role="img" aria-label=${`${title}: ${percent} %`}><span class="rules-fill" style=${{ width: `${percent}%` }}></span></span>
  </div>`;
}

/** A bar for each dimension. */
export function Bars({ coverage }) {
  if (!coverage) return null;
  return html`<section class="rules-bars" aria-label="Coverage by this run">
    ${coverage.dimensions.map((each) => html`<${Bar} key=${each.name} ...${each} />`)}
  </section>`;
}

/** Goals that are not reached yet. */
export function Shortfalls({ coverage }) {
  if (!coverage || coverage.passed) return null;
  return html`<div class="rules-shortfalls" role="status"><h2><${Icon} name="alert" size=${14} /> Short of the goals</h2><ul>
    ${coverage.shortfalls.map(({ says, missing }) => html`<li>${says}${missing.length > 0 && html`<details><summary>${count(missing.length, "cell")} missing</summary><p class="breaks small">${missing.join(", ")}</p></details>`}</li>`)}
  </ul></div>`;
}

/** How often something was met: a tick and the number, or an empty ring. Words for those who see neither. */
export function Mark({ count: times }) {
  return times > 0
    ? html`<span class="rules-mark is-met"><${Icon} name="check" size=${12} /><span class="sr-only">met </span><span class="num">${number(times)}</span><span class="sr-only">${times === 1 ? " time" : " times"}</span></span>`
    : html`<span class="rules-mark"><span class="rules-ring"></span><span class="sr-only">not met yet</span></span>`;
}
