/** The view of deliveries: every webhook, what became of it, and each try to send it. */

import { html, useEffect, useRef } from "../vendor/preact.js";
import { get } from "../lib/api.js";
import { count, number } from "../lib/format.js";
import { useList, useLive } from "../lib/live.js";
import { go, href, setQuery } from "../lib/router.js";
import { Button, Chip, classes, Empty, ErrorBox, FirstMessage, Loading, Select, ViewHead } from "../lib/ui.js";
import { Windowed } from "../lib/windowed.js";
import { Detail } from "./deliveries/detail.js";
import { Pause, usePause } from "./deliveries/pause.js";
import { Row } from "./deliveries/row.js";
import { EVENTS, STATES } from "./deliveries/words.js";

const FIRST_PAGE = 200;

/** Keep rows beyond the first page up to date, which the list does not fetch again by itself: one by one, whatever comes. */
function usePatches(list) {
  const latest = useRef(list);
  latest.current = list;
  const wanted = useRef({ ids: new Set(), isBusy: false, isGone: false });
  useEffect(() => () => {
    wanted.current.isGone = true;
  }, []);
  useLive(async ({ entries }) => {
    const now = wanted.current;
    const about = new Set(entries.map((each) => each.delivery).filter(Boolean));
    for (const { id } of (latest.current.items ?? []).slice(FIRST_PAGE)) {
      if (about.has(id)) now.ids.add(id);
    }
    if (now.isBusy) return;
    now.isBusy = true;
    for (const id of now.ids) {
      now.ids.delete(id); // told of again, it is looked at again
      try {
        const delivery = await get(`/deliveries/${encodeURIComponent(id)}`);
        if (now.isGone) return;
        latest.current.patch(delivery);
      } catch {
        // It went meanwhile; the next look at the list tells.
      }
    }
    now.isBusy = false;
  });
}

function Filters({ query }) {
  const { state, event } = query;
  const isNarrowed = state || event || query.q;
  return html`<div class="deliveries-filters" role="search" aria-label="Filter webhooks">
    <${Select} value=${state ?? ""} class=${classes("input select", state && "is-on")} aria-label="State" onChange=${(value) => setQuery({ state: value || null })}
      options=${[{ value: "", label: "Every state" }, ...Object.entries(STATES).map(([value, { label }]) => ({ value, label }))]} />
    <${Select} value=${event ?? ""} class=${classes("input select", event && "is-on")} aria-label="Event" onChange=${(value) => setQuery({ event: value || null })}
      options=${[{ value: "", label: "Every event" }, ...EVENTS.map((each) => ({ value: each, label: each }))]} />
    ${query.q && html`<${Chip} icon="search" title=${`Search: ${query.q}`}><span class="clip">${query.q}</span><//>`}
    ${isNarrowed && html`<${Button} small kind="quiet" icon="close" onClick=${() => setQuery({ state: null, event: null, q: null })}>Clear<//>`}
  </div>`;
}

function Nothing({ query, account }) {
  if (query.q || query.state || query.event) {
    return html`<${Empty} icon="search" title="No webhook fits">
      <p>Other webhooks may be there: <a href=${href("deliveries")}>show all</a>. A search knows ${
        ["event", "status", "message", "channel", "to", "url", "attempts", "answered"].map((each, at) => html`${at > 0 && ", "}<code>${each}:</code>`)}.</p>
    <//>`;
  }
  return html`<${Empty} icon="deliveries" title="No webhook yet">
    <p>Each status and each inbound message becomes a webhook, and every try to send it is listed here. Send a first message:</p>
    <${FirstMessage} account=${account} />
    <p>To have its webhooks come to you, start the server with <code>--status-url URL --inbound-url URL</code>; without a URL they are listed as dropped.</p>
  <//>`;
}

export default function View({ params, query, account }) {
  const [id] = params;
  const { q, state, event } = query;
  const list = useList("/deliveries", {
    items: "deliveries", id: (each) => each.id, params: { q, state, event }, refreshOn: ["entry", "deliveries", "clock"],
  });
  usePatches(list);
  const pause = usePause(list);
  const { items } = list;
  const shown = items === null ? null : list.isWhole ? number(items.length) : `${number(items.length)}+`;
  const closed = href("deliveries", { ...query, tab: null, try: null });
  const close = (event) => {
    if (event.key === "Escape" && id && !event.defaultPrevented && !document.querySelector("dialog[open]")) location.hash = closed;
  };
  return html`<div class=${classes("view deliveries", id && "has-detail")} onKeyDown=${close}>
    <${ViewHead} title="Deliveries" count=${shown} back=${id && closed}><${Pause} pause=${pause} /><//>
    <div class=${classes("deliveries-parts", id && "view-split has-detail")}>
      <section class="deliveries-list" aria-label="Webhooks">
        <${Filters} query=${query} />
        ${list.error && html`<${ErrorBox} error=${list.error} onRetry=${list.reload} />`}
        ${list.isLoading && html`<${Loading} lines=${6} />`}
        ${items?.length === 0 && !list.error && html`<${Nothing} query=${query} account=${account} />`}
        ${items?.length > 0 && html`<${Windowed} items=${items} id=${(each) => each.id} label=${`Webhooks, ${count(items.length, "row")}`}
          estimate=${58} selected=${id ?? null} onOpen=${(each) => go(["deliveries", each.id], { ...query, try: null })} onEnd=${list.more}
          total=${list.isWhole ? items.length : -1}>${(each) => html`<${Row} delivery=${each} isPaused=${pause.isPaused} />`}<//>`}
      </section>
      ${id && html`<${Detail} key=${id} id=${id} query=${query} isPaused=${pause.isPaused} />`}
    </div>
  </div>`;
}
