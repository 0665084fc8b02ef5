/** All messages, both ways; beside the list one of them with its timeline. */

import { html } from "../vendor/preact.js";
import * as format from "../lib/format.js";
import { useList } from "../lib/live.js";
import { go, href, setQuery } from "../lib/router.js";
import { Button, classes, Empty, ErrorBox, FirstMessage, Loading, ViewHead } from "../lib/ui.js";
import { Windowed } from "../lib/windowed.js";
import { Detail } from "./messages/detail.js";
import { Row } from "./messages/row.js";

const WAYS = [["outbound", "Outbound"], ["inbound", "Inbound"]];

function Ways({ direction }) {
  return html`<div class="journal-group message-ways" role="group" aria-label="Direction">${WAYS.map(([way, label]) => html`<button type="button" key=${way}
    class=${classes("journal-filter", way === direction && "is-on")} aria-pressed=${way === direction} onClick=${() => setQuery({ direction: way === direction ? null : way })}>${label}</button>`)}</div>`;
}

function Nothing({ query, account }) {
  if (query.q || query.direction) {
    return html`<${Empty} icon="search" title="No message fits"><p>New ones that fit appear here by themselves.</p>
      <p><${Button} onClick=${() => setQuery({ q: null, direction: null })}>Show all messages<//></p><//>`;
  }
  return html`<${Empty} icon="messages" title="No messages yet">
    <p>Messages that the system under test sends appear here, and those that users write to it. Each has a timeline: its request, its statuses, and every try of its webhooks. Send a first one:</p>
    <${FirstMessage} account=${account} /><//>`;
}

function List({ list, query, account, uuid }) {
  if (list.error && !list.items) return html`<div><${ErrorBox} error=${list.error} onRetry=${list.reload} /></div>`;
  if (!list.items) return html`<div><${Loading} lines=${8} /></div>`;
  if (list.items.length === 0) return html`<div class="journal-nothing"><${Nothing} query=${query} account=${account} /></div>`;
  return html`<div class="message-list"><${Windowed} items=${list.items} id=${(each) => each.message_uuid} label="Messages" estimate=${57}
    selected=${uuid} onOpen=${(each) => go(["messages", each.message_uuid], query)} onEnd=${list.more} total=${list.isWhole ? list.items.length : -1}>
    ${(each) => html`<${Row} message=${each} />`}<//></div>`;
}

function countOf({ items, isWhole }) {
  return items && items.length > 0 ? `${format.number(items.length)}${isWhole ? "" : "+"}` : null;
}

export default function View({ params, query, account }) {
  const { q, direction } = query;
  const list = useList("/messages", { items: "messages", id: (each) => each.message_uuid, params: { q, direction } });
  const uuid = params[0] ?? null;
  const close = (event) => {
    if (event.key === "Escape" && uuid !== null && !event.defaultPrevented && !document.querySelector("dialog[open]")) go("messages", query);
  };
  return html`<div class=${classes("view", "journal-view", uuid && "is-open")} onKeyDown=${close}>
    <${ViewHead} title="Messages" count=${countOf(list)} back=${uuid && href("messages", query)}>
      <${Ways} direction=${direction} /><//>
    <div class=${classes("view-split", "journal-split", uuid && "has-detail")}>
      <${List} list=${list} query=${query} account=${account} uuid=${uuid} />
      ${uuid && html`<div class="journal-pane"><${Detail} key=${uuid} uuid=${uuid} query=${query} /></div>`}
    </div>
  </div>`;
}
