/** The journal: every request, status and webhook as it happens; beside it one entry with all that is known of it. */

import { html } from "../vendor/preact.js";
import * as format from "../lib/format.js";
import { useList } from "../lib/live.js";
import { go, href } from "../lib/router.js";
import { Button, classes, Empty, ErrorBox, FirstMessage, Loading, ViewHead } from "../lib/ui.js";
import { Windowed } from "../lib/windowed.js";
import { Detail } from "./journal/detail.js";
import { Filters, filtersOf, isNarrowed, widen } from "./journal/filters.js";
import { Row } from "./journal/row.js";

function Nothing({ query, account }) {
  if (isNarrowed(query)) {
    return html`<${Empty} icon="search" title="Nothing in the journal fits"><p>New entries that fit appear here by themselves.</p>
      <p><${Button} onClick=${widen}>Show everything<//></p><//>`;
  }
  return html`<${Empty} icon="journal" title="Nothing happened yet">
    <p>Every request, status and webhook is noted here as it happens, and a request that breaks a rule shows which, where, and how to mend it. Send a first message:</p>
    <${FirstMessage} account=${account} />
    <p>Or try a body without sending it in <a href=${href("explain")}>Explain</a>.</p><//>`;
}

function List({ list, query, account, number }) {
  if (list.error && !list.items) return html`<div><${ErrorBox} error=${list.error} onRetry=${list.reload} /></div>`;
  if (!list.items) return html`<div><${Loading} lines=${8} /></div>`;
  if (list.items.length === 0) return html`<div class="journal-nothing"><${Nothing} query=${query} account=${account} /></div>`;
  return html`<div class="journal-list"><${Windowed} items=${list.items} id=${(each) => each.id} label="Journal entries" estimate=${32}
    selected=${number} onOpen=${(each) => go(["journal", each.id], query)} onEnd=${list.more} total=${list.isWhole ? list.items.length : -1}>
    ${(each) => html`<${Row} entry=${each} />`}<//></div>`;
}

function countOf({ items, isWhole }) {
  return items && items.length > 0 ? `${format.number(items.length)}${isWhole ? "" : "+"}` : null;
}

/** Esc closes the entry that is open. */
function closeOn(query, number) {
  return (event) => {
    if (event.key === "Escape" && number !== null && !event.defaultPrevented) go("journal", query);
  };
}

export default function View({ params, query, account }) {
  const list = useList("/journal", {
    items: "entries", id: (each) => each.id, cursor: "before", params: { q: query.q, ...filtersOf(query) },
  });
  const number = params[0] === undefined ? null : Number(params[0]);
  const isOpen = number !== null;
  return html`<div class=${classes("view", "journal-view", isOpen && "is-open")} onKeyDown=${closeOn(query, number)}>
    <${ViewHead} title="Journal" count=${countOf(list)} back=${isOpen && href("journal", query)} />
    <${Filters} query=${query} />
    <div class=${classes("view-split", "journal-split", isOpen && "has-detail")}>
      <${List} list=${list} query=${query} account=${account} number=${number} />
      ${isOpen && html`<div class="journal-pane"><${Detail} key=${params[0]} number=${params[0]} query=${query} /></div>`}
    </div>
  </div>`;
}
