/** The view of scenarios. */

import { html } from "../vendor/preact.js";
import { Empty, ViewHead } from "../lib/ui.js";

export default function View({ params, query, account }) {
  return html`<div class="view">
    <${ViewHead} title="Scenarios" />
    <${Empty} icon="scenarios" title="No scenario is loaded"><p>Load one with mockserver serve --scenario FILE.</p><//>
  </div>`;
}
