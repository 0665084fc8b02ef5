/** One entry of the journal: what came, what was wrong with it, what was answered, what it caused. */

import { html } from "../../vendor/preact.js";
import * as format from "../../lib/format.js";
import { useConnection, useQuery } from "../../lib/live.js";
import { href } from "../../lib/router.js";
import { Button, Chip, CloseLink, Copy, ErrorBox, HttpStatus, Id, Json, KeyValues, Loading, Status, Time } from "../../lib/ui.js";
import { Icon } from "../../lib/icons.js";
import { curlOfEntry } from "./curl.js";
import { aboutRequest, isGood, judgedAs, kindOf, toneOf } from "./kinds.js";
import { FaultLine, Findings, MarkedBody, Nearest, Violations } from "./rules.js";
import { Row } from "./row.js";

function Section({ title, children, actions }) {
  return html`<section class="journal-section"><div class="row wrap"><h3>${title}</h3><div class="grow"></div>${actions}</div>${children}</section>`;
}

const explainHref = (request, body) => href("explain", { ...judgedAs(request), body });

function Verdict({ request }) {
  const tone = { accepted: "ok", refused: "bad", failed: "bad" }[request.verdict];
  return html`<${Chip} tone=${tone}>${request.verdict}<//>`;
}

/** What the answer did not say: the reason only the journal knows. */
function Reason({ reason }) {
  return html`<p class="journal-reason breaks"><${Icon} name="explain" /><span>${reason}</span></p>`;
}

function Headers({ headers }) {
  const rows = Object.entries(headers);
  return html`<details class="journal-more"><summary>Headers <span class="muted num">${rows.length}</span></summary>
    <div class="table-box"><table class="table"><thead class="sr-only"><tr><th scope="col">Name</th><th scope="col">Value</th></tr></thead>
      <tbody>${rows.map(([name, value]) => html`<tr><td class="mono nowrap">${name}</td><td class="mono breaks">${value}</td></tr>`)}</tbody></table></div>
  </details>`;
}

function RequestBody({ entry }) {
  const { request, nearest } = entry;
  const isJudged = judgedAs(request) !== null;
  return html`
    ${request.violations.length > 0 && html`<${Section} title=${format.count(request.violations.length, "broken rule")}>
      <${Violations} violations=${request.violations} /><//>`}
    ${request.findings.length > 0 && html`<${Section} title=${format.count(request.findings.length, "finding")}>
      <${Findings} findings=${request.findings} /><//>`}
    ${request.body && html`<${Section} title="Body" actions=${isJudged && html`<${Button} small icon="explain" href=${explainHref(request, request.body)}>Try in Explain<//>`}>
      <${MarkedBody} body=${request.body} violations=${request.violations} findings=${request.findings} /><//>`}
    ${nearest && html`<${Section} title="Nearest valid form" actions=${isJudged && html`<${Button} small icon="explain" href=${explainHref(request, JSON.stringify(nearest, null, 2))}>Open in Explain<//>`}>
      <${Nearest} nearest=${nearest} body=${request.body} /><//>`}
    <${Section} title="Answer" actions=${html`<${HttpStatus} status=${request.status || null} />`}>
      ${request.answer === null ? html`<p class="muted">No body.</p>` : html`<${Json} value=${request.answer} label="Answer" />`}<//>
    <${Headers} headers=${request.headers} />`;
}

function Attempt({ entry }) {
  const { attempt } = entry;
  return html`<${KeyValues} rows=${[
    ["Try", attempt.number],
    ["Outcome", html`<span class=${isGood(attempt) ? "tone-ok" : "tone-bad"}>${attempt.error ?? `answered ${attempt.status}`}</span>`],
    ["Took", format.duration(attempt.duration_ms)],
    ["Began", html`<${Time} at=${attempt.at} as="precise" />`],
  ]} />`;
}

function StatusOf({ status }) {
  const { error } = status;
  return html`<${KeyValues} rows=${[
    ["Status", html`<${Status} status=${status.status} error=${error} />`],
    ["Code", error && html`<span class="num">${error.code}</span> ${error.reason}`],
  ]} />`;
}

/** Links to what an entry is about. */
function Links({ entry }) {
  return html`<div class="journal-links">
    ${entry.message_uuid && html`<${Button} small icon="messages" href=${href(["messages", entry.message_uuid])}>Message ${format.shortId(entry.message_uuid)}<//>`}
    ${entry.delivery && html`<${Button} small icon="deliveries" href=${href(["deliveries", entry.delivery])}>Webhook ${format.shortId(entry.delivery)}<//>`}
    ${entry.request && html`<${Copy} text=${() => curlOfEntry(entry, entry.account)} small>Copy as curl<//>`}
  </div>`;
}

/** What came of an entry: the entries, and the webhooks among them. */
function Caused({ entry, query }) {
  const { caused } = entry;
  if (!caused?.length) return null;
  const deliveries = [...new Set(caused.map((each) => each.delivery).filter(Boolean))];
  return html`<${Section} title=${entry.request ? "What it caused" : "About the same message"}>
    <ul class="journal-caused">${caused.map((each) => html`<li key=${each.id}><a href=${href(["journal", each.id], query)}><${Row} entry=${each} /></a></li>`)}</ul>
    ${deliveries.length > 0 && html`<p class="row wrap small"><span class="muted">${deliveries.length === 1 ? "Webhook" : "Webhooks"}:</span>
      ${deliveries.map((id) => html`<${Id} id=${id} href=${href(["deliveries", id])} />`)}</p>`}
  <//>`;
}

function Title({ entry }) {
  const { request } = entry;
  if (!request) return html`<h2 class="breaks">${kindOf(entry).label}</h2>`;
  return html`<h2 class="breaks">${request.method} ${request.path}</h2><${HttpStatus} status=${request.status || null} /><${Verdict} request=${request} />`;
}

function Facts({ entry }) {
  const { request } = entry;
  return html`<p class="journal-facts muted small">
    <span class="num">#${entry.id}</span><${Time} at=${entry.at} as="precise" /><${Time} at=${entry.at} as="ago" />
    ${request && html`<span>${format.duration(request.duration_ms)}</span>`}
    ${request?.channel && html`<span>${format.channel(request.channel)} ${request.kind}</span>`}
    ${request?.trace_id && html`<span class="id-box">trace <code title=${request.trace_id}>${format.shortId(request.trace_id)}</code><${Copy} text=${request.trace_id} label="Copy trace id" /></span>`}
  </p>`;
}

/** The detail pane. `number` is that of the entry; `query` that of the view, kept in links to other entries. */
export function Detail({ number, query }) {
  const connection = useConnection();
  const { data, error, reload } = useQuery(`/journal/${encodeURIComponent(number)}`, {
    refreshOn: ({ entries }) => entries.some((each) => each.message_uuid && each.message_uuid === data?.message_uuid),
  });
  if (error && (!data || error.status === 404)) return html`<div class="journal-detail"><${ErrorBox} error=${error} onRetry=${reload} /></div>`;
  if (!data) return html`<div class="journal-detail"><${Loading} lines=${6} /></div>`;
  const entry = { ...data, account: connection.account };
  const { request } = entry;
  const isRefused = request && request.verdict !== "accepted";
  const words = request ? !request.violations.length && aboutRequest(entry) : entry.about;
  return html`<article class="journal-detail" aria-label=${`Entry ${entry.id}`}>
    <header class="journal-head"><div class="row wrap"><${Title} entry=${entry} /><${CloseLink} href=${href("journal", query)} label="Close the entry" /></div><${Facts} entry=${entry} />
      ${words && html`<p class=${`breaks ${isRefused || toneOf(entry) === "bad" ? "tone-bad" : ""}`}>${words}</p>`}
      <${Links} entry=${entry} /></header>
    ${request?.fault && html`<${FaultLine} fault=${request.fault}>Broken on purpose:<//>`}
    ${entry.attempt?.fault && html`<${FaultLine} fault=${entry.attempt.fault}>Broken on purpose:<//>`}
    ${request?.reason && request.reason !== words && html`<${Reason} reason=${request.reason} />`}
    ${request && html`<${RequestBody} entry=${entry} />`}
    ${entry.attempt && html`<${Attempt} entry=${entry} />`}
    ${entry.status && html`<${StatusOf} status=${entry.status} />`}
    <${Caused} entry=${entry} query=${query} />
  </article>`;
}
