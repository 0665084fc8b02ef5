/** The view of conversations: users by channel on the left, the talk with one of them on the right. */

import { html } from "../vendor/preact.js";
import { useList } from "../lib/live.js";
import { classes, Empty } from "../lib/ui.js";
import { Conversations, Teach } from "./conversations/list.js";
import { useKnown } from "./conversations/state.js";
import { Talk } from "./conversations/talk.js";

/** In place of a talk where none is chosen. */
function Nobody({ isEmpty, account }) {
  return html`<section class="conversations-none" aria-label="Talk">${isEmpty
    ? html`<${Empty} icon="send" title="Nothing was sent yet"><${Teach} account=${account} /><//>`
    : html`<${Empty} icon="conversations" title="Nobody chosen"><p>Choose a conversation to read it, and to answer as its user.</p><//>`}</section>`;
}

export default function View({ params, query, account }) {
  const [selected = null] = params;
  const known = useKnown();
  const q = [query.q, query.channel && `channel:${query.channel}`].filter(Boolean).join(" ");
  const list = useList("/conversations", { items: "conversations", id: (each) => each.id, params: { q } });
  return html`<div class=${classes("view conversations", selected && "has-talk")}>
    <div class=${classes("view-split", selected && "has-detail")}>
      <${Conversations} list=${list} selected=${selected} query=${query} account=${account} channels=${known.channels} />
      ${selected
        ? html`<${Talk} key=${selected} id=${selected} query=${query} known=${known} />`
        : html`<${Nobody} isEmpty=${list.items?.length === 0 && !q} account=${account} />`}
    </div>
  </div>`;
}
