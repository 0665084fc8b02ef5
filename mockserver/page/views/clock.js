/** The view of clock & faults. */

import { html } from "../vendor/preact.js";
import { Empty, ViewHead } from "../lib/ui.js";

export default function View({ params, query, account }) {
  return html`<div class="view">
    <${ViewHead} title="Clock & faults" />
    <${Empty} icon="clock" title="Time is real, and nothing is broken on purpose"><p></p><//>
  </div>`;
}
