/** The view of rules. */

import { html } from "../vendor/preact.js";
import { Empty, ViewHead } from "../lib/ui.js";

export default function View({ params, query, account }) {
  return html`<div class="view">
    <${ViewHead} title="Rules" />
    <${Empty} icon="rules" title="Rules"><p></p><//>
  </div>`;
}
