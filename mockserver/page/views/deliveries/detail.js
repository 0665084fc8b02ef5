/** One webhook: its tries, its body, its headers and its signature. */

import { html } from "../../vendor/preact.js";
import { post } from "../../lib/api.js";
import { useQuery } from "../../lib/live.js";
import { href, setQuery } from "../../lib/router.js";
import { Button, Chip, classes, CloseLink, Code, Copy, Empty, ErrorBox, Id, Json, KeyValues, Loading, quoted, SafeUrl, Tabs, Time, toast } from "../../lib/ui.js";
import { Attempts } from "./attempts.js";
import { State } from "./row.js";
import { Signature, TryChoice } from "./signature.js";
import { advice } from "./words.js";

function Redeliver({ delivery, isPaused, reload }) {
  const { id, state, next_at, url } = delivery;
  if (!url) return null;
  const isWaiting = state === "pending" && next_at !== null;
  if (state === "pending" && !isWaiting) return null;
  const send = async () => {
    await post(`/deliveries/${encodeURIComponent(id)}/redeliver`);
    toast(isWaiting ? "Tried now" : "Sent once more", { kind: "ok" });
    reload();
  };
  return html`<${Button} icon="redo" disabled=${isPaused} title=${isPaused ? "Webhooks are paused: release them first" : undefined} onClick=${send}>${isWaiting ? "Try now" : "Redeliver"}<//>`;
}

function Advice({ delivery }) {
  const said = advice(delivery);
  if (!said) return null;
  const isCalm = delivery.state === "delivered" || delivery.state === "dropped";
  return html`<aside class=${classes("deliveries-advice", isCalm && "is-calm")} aria-label=${said.title}>
    <h3>${said.title}</h3><p>${said.text}</p>${said.wanted && html`<p class="small">${said.wanted}</p>`}
  </aside>`;
}

function Facts({ delivery }) {
  const { id, url, method, message_uuid, application_id, created_at, fault } = delivery;
  return html`<${KeyValues} rows=${[
    ["Sent to", url ? html`<span class="mono small">${method}</span> <${SafeUrl} url=${url} />` : html`<span class="muted">no URL</span>`],
    ["Message", message_uuid && html`<${Id} id=${message_uuid} href=${href(["messages", message_uuid])} copies />`],
    ["Application", application_id && html`<${Id} id=${application_id} copies />`],
    ["Written", html`<${Time} at=${created_at} />`],
    ["Broken on purpose", fault && html`<${Chip} tone="warn" icon="bolt">${fault.do.replaceAll("_", " ")}<//> <span class="muted small">by ${fault.by}</span>`],
    ["Id", html`<${Id} id=${id} copies />`],
  ]} />`;
}

/** What each try carries besides the body; the token is a new one each time. */
const headersOf = ({ signature }) => ({ "Content-Type": "application/json", ...(signature && { Authorization: `Bearer ${signature.token}` }) });

const curl = ({ method, url, body }, attempt) => [
  `curl -X ${method} ${quoted(url)}`,
  ...Object.entries(headersOf(attempt)).map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`),
  ...(body === null ? [] : [`-d ${quoted(JSON.stringify(body))}`]),
].join(" \\\n  ");

function Headers({ delivery, attempt }) {
  if (!attempt) return html`<p class="muted">Not tried yet.</p>`;
  const lines = Object.entries(headersOf(attempt)).map(([name, value]) => `${name}: ${value}`);
  return html`<div class="stack"><${Code} text=${lines.join("\n")} label="Headers" wrap />
    <div><${Copy} text=${() => curl(delivery, attempt)}>Copy as curl<//></div></div>`;
}

function Body({ body }) {
  if (body === null) return html`<p class="muted">This webhook has no body: what it tells stands in its URL.</p>`;
  return html`<${Json} value=${typeof body === "string" ? JSON.stringify(body) : body} label="Body" />`;
}

const TABS = [{ id: "body", label: "Body" }, { id: "signature", label: "Signature" }, { id: "headers", label: "Headers" }];

/** @param {{id: string, query: object, isPaused: boolean}} props */
export function Detail({ id, query, isPaused }) {
  const refreshOn = ({ entries, state }) => state.has("deliveries") || state.has("clock") || entries.some((each) => each.delivery === id);
  const { data, error, reload } = useQuery(`/deliveries/${encodeURIComponent(id)}`, { refreshOn });
  if (error?.status === 404) {
    return html`<section class="deliveries-detail"><${Empty} icon="deliveries" title="This webhook is not here">
      <p>No webhook has the id <code>${id}</code> in this account. It may have been forgotten by a reset.</p><//></section>`;
  }
  if (error && !data) return html`<section><${ErrorBox} error=${error} onRetry=${reload} /></section>`;
  if (!data) return html`<section><${Loading} lines=${8} /></section>`;
  const attempt = data.attempts.find((each) => String(each.number) === query.try) ?? data.attempts.at(-1);
  const choice = html`<${TryChoice} attempts=${data.attempts} number=${attempt?.number} onChange=${(number) => setQuery({ try: number }, { replace: true })} />`;
  const tab = TABS.some((each) => each.id === query.tab) ? query.tab : "body";
  return html`<section class="deliveries-detail" aria-label=${`Webhook ${data.event}`} tabindex="0">
    <div class="stack">
      <div class="deliveries-title"><h2>${data.event}</h2><${State} state=${data.state} />
        <div class="view-actions"><${Redeliver} delivery=${data} isPaused=${isPaused} reload=${reload} />
          <${CloseLink} href=${href("deliveries", { ...query, tab: null, try: null })} label="Close the webhook" /></div></div>
      <${Facts} delivery=${data} />
    </div>
    <${Advice} delivery=${data} />
    <div class="stack"><h3>Tries</h3><${Attempts} delivery=${data} isPaused=${isPaused} /></div>
    <div>
      <${Tabs} label="Parts of the webhook" tabs=${TABS} active=${tab} onChange=${(next) => setQuery({ tab: next === "body" ? null : next }, { replace: true })} />
      <div role="tabpanel" aria-label=${TABS.find((each) => each.id === tab).label}>
        ${tab === "body" && html`<${Body} body=${data.body} />`}
        ${tab === "headers" && html`<div class="stack">${choice}<${Headers} delivery=${data} attempt=${attempt} /></div>`}
        ${tab === "signature" && html`<div class="stack">${choice}<${Signature} attempt=${attempt} /></div>`}
      </div>
    </div>
  </section>`;
}
