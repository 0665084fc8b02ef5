/** The view of journal. */

import { html } from "../vendor/preact.js";
import { Empty, FirstMessage, ViewHead } from "../lib/ui.js";

export default function View({ params, query, account }) {
  return html`<div class="view">
    <${ViewHead} title="Journal" />
    <${Empty} icon="journal" title="Nothing happened yet"><p>Every request, status and webhook is noted here. Send a first message:</p><${FirstMessage} account=${account} /><//>
  </div>`;
}
