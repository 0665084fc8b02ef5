/** The view of deliveries. */

import { html } from "../vendor/preact.js";
import { Empty, FirstMessage, ViewHead } from "../lib/ui.js";

export default function View({ params, query, account }) {
  return html`<div class="view">
    <${ViewHead} title="Deliveries" />
    <${Empty} icon="deliveries" title="No webhook yet"><p>Every webhook and each attempt to send it is listed here. Send a first message:</p><${FirstMessage} account=${account} /><//>
  </div>`;
}
