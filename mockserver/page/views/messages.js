/** The view of messages. */

import { html } from "../vendor/preact.js";
import { Empty, FirstMessage, ViewHead } from "../lib/ui.js";

export default function View({ params, query, account }) {
  return html`<div class="view">
    <${ViewHead} title="Messages" />
    <${Empty} icon="messages" title="No message yet"><p>Every message sent and received is listed here, newest first. Send a first one:</p><${FirstMessage} account=${account} /><//>
  </div>`;
}
