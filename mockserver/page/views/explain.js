/** The view of explain. */

import { html } from "../vendor/preact.js";
import { Empty, ViewHead } from "../lib/ui.js";

export default function View({ params, query, account }) {
  return html`<div class="view">
    <${ViewHead} title="Explain" />
    <${Empty} icon="explain" title="Try a body"><p></p><//>
  </div>`;
}
