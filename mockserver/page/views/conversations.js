/** The view of conversations. */

import { html } from "../vendor/preact.js";
import { Empty, FirstMessage, ViewHead } from "../lib/ui.js";

export default function View({ params, query, account }) {
  return html`<div class="view">
    <${ViewHead} title="Conversations" />
    <${Empty} icon="conversations" title="No conversation yet"><p>Send a first message; its talk appears here at once.</p><${FirstMessage} account=${account} /><//>
  </div>`;
}
